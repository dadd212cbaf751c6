"""Header fields as raw pairs of bytes.

Assigning `headers["set-cookie"]` folds repeated fields into one. Faults change the pairs
themselves, so that case, order and repeats of every other field stay as they came.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal

from mitmproxy import http

Side = Literal["request", "response"]
SIDES: tuple[Side, ...] = ("request", "response")

Field = tuple[bytes, bytes]
Fields = Sequence[Field]


def rewrite_fields(message: http.Message, change: Callable[[Fields], Iterable[Field]]) -> None:
    """Replace the header fields of `message` by what `change` makes of them."""
    message.headers.fields = tuple(change(message.headers.fields))


def raw(text: str) -> bytes:
    """Give header text as the bytes that mitmproxy keeps."""
    return text.encode("utf-8", "surrogateescape")


def lowered(names: str | Iterable[str]) -> frozenset[bytes]:
    """Give one name or several in the form in which field names are compared."""
    return frozenset(raw(name).lower() for name in as_names(names))


def as_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Give one name or several as a tuple."""
    return (names,) if isinstance(names, str) else tuple(names)


def require(what: str, given: str, allowed: Collection[str]) -> None:
    """Raise ValueError unless `given` is one of `allowed`; `what` names the argument."""
    if given not in allowed:
        raise ValueError(f"{what} is {given!r}, but must be one of: {', '.join(allowed)}")
