"""The contracts of a bridge in small: each function says whether a bridge keeps one."""

from tests.targets import bridge_endings, bridge_identity, bridge_retries

PROMISES = bridge_identity.PROMISES | bridge_endings.PROMISES | bridge_retries.PROMISES
