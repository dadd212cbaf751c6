"""What an upstream says, as data: a reply is a head and a list of actions.

The actions that carry meaning (`Say`, `Finish`, `Fail`) are written in the dialect of the trial
by `fakes.dialects`; the others act on bytes and connection. `Say` number k carries the marker
`~<nonce>-<k>~`, by which gates and contracts know it again.
"""

from typing import Literal

import msgspec

Coding = Literal["", "gzip", "br", "deflate", "zstd", "offered"]


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="say"):
    """One piece of content; `gated`: wait until it has passed the ingress tap."""

    text: str = "piece of content"
    gated: bool = False


class Finish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="finish"):
    """The protocol's end of the answer."""

    reason: str = "stop"


class Fail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="fail"):
    """An error inside the stream."""

    message: str = "model overloaded"


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="comment"):
    """An SSE comment line, where the dialect has comments; nothing elsewhere."""

    text: str = "keep-alive"


class Raw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="raw"):
    """These characters as UTF-8; `$credential` is what the request was authorised with."""

    text: str


class HeadGate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="head_gate"):
    """Wait until the head has passed the ingress tap."""


class Stall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="stall"):
    """Say nothing for so many seconds, or until the peer leaves."""

    seconds: float


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hold"):
    """Say nothing until the case releases the stream, or the peer leaves."""


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cut"):
    """End the connection (FIN) after n bytes of the next action's wire form, framing unfinished."""

    after: int = 0


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="reset"):
    """Abort the connection (RST)."""


Action = Say | Finish | Fail | Comment | Raw | HeadGate | Stall | Hold | Cut | Reset
Pairs = tuple[tuple[str, str], ...]


class Reply(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One answer. An empty `content_type` takes that of the dialect; `coding` encodes the body
    (`offered`: the first that the request's Accept-Encoding names).
    """

    status: int = 200
    headers: Pairs = ()
    body: tuple[Action, ...] = ()
    framing: Literal["chunked", "length", "close"] = "chunked"
    content_type: str = ""
    coding: Coding = ""


def ok(pieces: int = 3, *, gated: bool = False, headers: Pairs = (), coding: Coding = "") -> Reply:
    """A good answer of so many pieces."""
    said = tuple(Say(f"piece {n} of content", gated) for n in range(pieces))
    return Reply(headers=headers, body=(*said, Finish()), coding=coding)


def error(status: int, body: str, headers: Pairs = (), kind: str = "application/json") -> Reply:
    """An error answer with this body, length-framed."""
    return Reply(status, headers, (Raw(body),), "length", kind)
