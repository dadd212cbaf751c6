"""Header fields that belong to one connection only (RFC 9110 7.6.1), and those that do not.

Seen: http-party/node-http-proxy#1488; cloudflare/pingora#734.
"""

from collections.abc import Iterable

Pairs = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)


def nominated(pairs: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The lower-case names that Connection declares to be of this hop."""
    listed = (value.lower().split(b",") for name, value in pairs if name.lower() == b"connection")
    return {name.strip() for names in listed for name in names}


def end_to_end(pairs: Pairs) -> Pairs:
    """pairs without the hop's own, in order, with repeats; beside chunked no Content-Length."""
    gone = HOP_BY_HOP | nominated(pairs)
    if any(name.lower() == b"transfer-encoding" for name, _ in pairs):
        gone |= {b"content-length"}
    return [(name, value) for name, value in pairs if name.lower() not in gone]


def value_of(pairs: Pairs, wanted: bytes) -> bytes:
    """All values of a field as one list; empty when it is absent. wanted: lower case."""
    return b", ".join(value for name, value in pairs if name.lower() == wanted)


def without(pairs: Pairs, unwanted: bytes) -> Pairs:
    """unwanted: lower case."""
    return [(name, value) for name, value in pairs if name.lower() != unwanted]
