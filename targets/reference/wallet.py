"""In whose name a request goes upstream: credentials take turns, identities change when challenged.

Nothing is ever thrown away here: one refusal says little about a credential.
"""

from collections import Counter
from collections.abc import Set as AbstractSet

from targets.reference.config import Config, Identity


class Wallet:
    """current: the credential that worked last, or the one after the last that was refused."""

    def __init__(self, config: Config) -> None:
        if not config.auth_tokens or not config.identities:
            raise ValueError("auth_tokens and identities must each name at least one")
        self.credentials = list(dict.fromkeys(config.auth_tokens))
        self.identities = config.identities
        self.current = self.credentials[0]
        self.identity = self.identities[0]
        self.forbidden: Counter[str] = Counter()
        self.numbers = {value: at for at, value in enumerate(self.credentials, start=1)}

    def after(self, credential: str, tried: AbstractSet[str] = frozenset()) -> str | None:
        """The next one, going round, that is not among those tried."""
        at = self.credentials.index(credential) + 1 if credential in self.credentials else 0
        turn = self.credentials[at:] + self.credentials[:at]
        return next((one for one in turn if one not in tried), None)

    def worked(self, credential: str) -> None:
        self.current = credential

    def refused(self, credential: str) -> None:
        """The next client request starts with another one."""
        if self.current == credential:
            self.current = self.after(credential) or credential

    def challenged(self, identity: Identity) -> None:
        """Move to the next pair, unless another request has done so already."""
        if self.identity == identity:
            at = self.identities.index(identity) + 1
            self.identity = self.identities[at % len(self.identities)]

    def name(self, credential: str) -> str:
        """How logs and metrics call a credential: by its place, never by its value."""
        return f"credential {self.numbers[credential]}"
