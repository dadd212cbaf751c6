"""Header fields: which are end-to-end, which belong to one hop, which a proxy may write itself.

RFC 9110 5.3, 5.6.1 and 7.6.1. Names here are lower-case.
"""

import re
from collections.abc import Sequence
from typing import Final

from contracts.message import Message

HOP_BY_HOP: Final = frozenset(
    {"connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade"}
)
ONCE_HOP_BY_HOP: Final = frozenset({"trailer", "proxy-authenticate", "proxy-authorization"})
FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
TRACES: Final = frozenset({"via", "forwarded", "x-real-ip"})
NOT_OF_A_REQUEST: Final = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "expect", "max-forwards"}
)
NOT_OF_A_RESPONSE: Final = frozenset(
    {"date", "server", "age", "vary", "cache-control", "expires", "pragma", "etag"}
    | {"accept-ranges", "content-encoding", "content-type", "set-cookie"}
    | {"location", "refresh", "alt-svc"}
)
OWN_PREFIXES: Final = ("x-forwarded-", "x-accel-", "x-envoy-", "access-control-")
SESSION_ID: Final = "X-Streaming-Session-Id"
ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
ALLOW_HEADERS: Final = "Access-Control-Allow-Headers"
EXPOSE_HEADERS: Final = "Access-Control-Expose-Headers"
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def nominated(message: Message) -> frozenset[str]:
    """Names that this message's Connection ties to its hop; `close` and `keep-alive` are none."""
    return frozenset(name.lower() for name in elements(message.values("Connection"))) - {
        "close",
        "keep-alive",
    }


def end_to_end(message: Message) -> tuple[str, ...]:
    """Names of the well-formed fields that a proxy has to hand on as they are, each once."""
    own = NOT_OF_A_RESPONSE if message.first_line.startswith("HTTP/") else NOT_OF_A_REQUEST
    tied = HOP_BY_HOP | ONCE_HOP_BY_HOP | FRAMING | TRACES | own | nominated(message)
    tied |= {name.lower() for name, value in message.headers if not _legal(name, value)}
    names = dict.fromkeys(name.lower() for name, _ in message.headers)
    return tuple(n for n in names if n not in tied and not n.startswith(OWN_PREFIXES))


def _legal(name: str, value: str) -> bool:
    return bool(_TOKEN.fullmatch(name)) and not _CONTROL.search(value)


def elements(values: Sequence[str]) -> list[str]:
    """The members of a list field, over all its lines."""
    return [part.strip(" \t") for value in values for part in value.split(",") if part.strip(" \t")]


def allows(message: Message, origin: str) -> bool:
    """A page of this origin may read the response (Fetch standard, CORS check)."""
    return bool({"*", origin} & {*elements(message.values(ALLOW_ORIGIN))})


def exposes(message: Message, name: str, origin: str) -> bool:
    """A page of this other origin may read this field of the response (Fetch standard)."""
    exposed = {one.lower() for one in elements(message.values(EXPOSE_HEADERS))}
    return allows(message, origin) and bool(exposed & {name.lower(), "*"})


def same(sent: Sequence[str], received: Sequence[str]) -> bool:
    """Equal values in order; repeats may be combined with commas or taken apart."""
    if len(sent) == len(received):
        return list(sent) == list(received)
    return bool(received) and elements(sent) == elements(received)


def is_rate_limit(name: str) -> bool:
    """Retry-After and the fields that tell a rate limit."""
    return name == "retry-after" or name.startswith(("x-ratelimit-", "ratelimit"))
