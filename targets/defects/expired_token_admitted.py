"""The chat service checks the signature of a token but not its end: it opens sessions for ever.

Seen: wso2/product-apim#5868 (access goes on after the token has expired).
"""

from typing import Any

from fakes.services.chat import Chat
from fakes.services.tokens import Tokens


class ExpiredTokenAdmitted(Chat):
    declares = ("session.owner_only",)

    def __init__(self, *given: Any) -> None:
        path, settings, tokens, *rest = given
        super().__init__(path, settings, Tokens(tokens.key, lambda: 0.0), *rest)
