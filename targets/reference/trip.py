"""One client request on its way: what stays the same over all its attempts."""

from collections.abc import Mapping
from dataclasses import dataclass

from targets.reference.chat import Chat
from targets.reference.config import Identity
from targets.reference.openai_shapes import Reply


@dataclass(frozen=True, slots=True)
class Trip:
    """headers: for this mode; token_headers: for a token fetch; passed_on: the client's own."""

    chat: Chat
    reply: Reply
    identity: Identity
    headers: Mapping[str, str]
    token_headers: Mapping[str, str]
    passed_on: Mapping[str, str]
