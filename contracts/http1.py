"""A lenient HTTP/1 reader: it reads the broken framing that has to be judged, and never raises.

Strict parsers refuse what a contract must see (two lengths, a line without a colon, a cut body),
so this one keeps every header line as it came and says how the body was framed and whether it
ended (RFC 9112 6 and 7). Times are whatever clock the caller feeds, in seconds.
"""

import re
from dataclasses import dataclass, field

from contracts.message import Chunk, Framing, Message, Pairs, is_number

BODILESS = (204, 304)
_HEAD_END = re.compile(rb"\n\r?\n")


@dataclass(slots=True)
class _Draft:
    """A message while its bytes still come."""

    began: float
    head_at: float
    first_line: str
    headers: Pairs
    framing: Framing = "none"
    chunks: list[Chunk] = field(default_factory=list)

    def finish(self, tap: str, ended: float | None) -> Message:
        chunks = tuple(self.chunks)
        head = (tap, self.first_line, self.headers, chunks, self.began, self.head_at)
        return Message(*head, ended=ended, framing=self.framing)


class Reader:
    """Feed it one direction of a connection; `messages` grows, `pending()` is the unfinished one.

    `methods` names the request methods in order when the direction carries responses
    (a response to HEAD has no body); leave it None for requests.
    """

    def __init__(self, tap: str = "", methods: list[str] | None = None) -> None:
        self.tap, self._methods = tap, methods
        self.messages: list[Message] = []
        self.interim: list[Message] = []
        self._buffer = bytearray()
        self._draft: _Draft | None = None
        self._began: float | None = None
        self._left = 0
        self._scanned = 0  # so much of _buffer holds no end of what is looked for
        self._step = self._head

    def feed(self, at: float, data: bytes) -> list[Message]:
        """Messages completed by these bytes."""
        done = len(self.messages)
        self._buffer += data
        while self._buffer and self._step(at):
            pass
        return self.messages[done:]

    def close(self, at: float) -> list[Message]:
        """The peer ended its direction in order (FIN): a close-delimited body is complete."""
        if self._draft and self._draft.framing == "close":
            return [self._done(at)]
        return []

    def pending(self) -> Message | None:
        """The message whose end has not come, if its head has."""
        return self._draft.finish(self.tap, None) if self._draft else None

    def _done(self, at: float) -> Message:
        assert self._draft is not None
        message = self._draft.finish(self.tap, at)
        self._draft, self._began, self._step = None, None, self._head
        self.messages.append(message)
        return message

    def _head(self, at: float) -> bool:
        if self._began is None:
            self._began = at
        cut = _head_end(self._buffer, self._scanned)
        if not cut:
            self._scanned = max(0, len(self._buffer) - 2)
            return False
        lines = self._cut(cut).decode("latin-1").split("\n")
        first = lines[0].rstrip("\r")
        if not first and not any(line.strip() for line in lines):
            self._began = None
            return True
        self._draft = _Draft(self._began, at, first, _pairs(lines[1:]))
        self._frame(at)
        return True

    def _frame(self, at: float) -> None:
        assert self._draft is not None
        draft, response = self._draft, self._methods is not None
        status = draft.finish(self.tap, None).status if response else 0
        if response and 100 <= status < 200 and status != 101:
            self.interim.append(draft.finish(self.tap, at))
            self._draft, self._began, self._step = None, None, self._head
            return
        method = self._methods.pop(0) if self._methods else ""
        draft.framing, self._left = _framing(draft.headers, response)
        if method == "HEAD" or status in BODILESS or (draft.framing == "length" and not self._left):
            draft.framing = "length" if draft.framing == "length" else "none"
            self._done(at)
        elif draft.framing == "none":
            self._done(at)
        else:
            steps = {"length": self._length, "chunked": self._chunk_size, "close": self._rest}
            self._step = steps[draft.framing]

    def _take(self, at: float, size: int) -> None:
        assert self._draft is not None
        self._draft.chunks.append(Chunk(at, self._cut(size)))

    def _cut(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._scanned = 0
        return data

    def _rest(self, at: float) -> bool:
        self._take(at, len(self._buffer))
        return True

    def _length(self, at: float) -> bool:
        size = min(self._left, len(self._buffer))
        self._take(at, size)
        self._left -= size
        if not self._left:
            self._done(at)
        return True

    def _chunk_size(self, at: float) -> bool:
        line = self._line()
        if line is None:
            return False
        size = line.partition(b";")[0].strip()
        if not size or any(digit not in b"0123456789abcdefABCDEF" for digit in size):
            self._step = self._rest  # not chunked after all: keep the bytes, never complete
            return True
        self._cut_line()
        self._left = int(size, 16)
        self._step = self._chunk_data if self._left else self._trailers
        return True

    def _chunk_data(self, at: float) -> bool:
        size = min(self._left, len(self._buffer))
        self._take(at, size)
        self._left -= size
        if not self._left:
            self._step = self._chunk_end
        return True

    def _chunk_end(self, at: float) -> bool:
        if self._buffer == b"\r":
            return False
        if self._buffer.startswith((b"\r\n", b"\n")):
            self._cut_line()
            self._step = self._chunk_size
        else:
            self._step = self._rest
        return True

    def _trailers(self, at: float) -> bool:
        line = self._line()
        if line is None:
            return False
        self._cut_line()
        if not line:
            self._done(at)
        return True

    def _line(self) -> bytes | None:
        cut = self._buffer.find(b"\n", self._scanned)
        self._scanned = len(self._buffer) if cut < 0 else cut
        return None if cut < 0 else bytes(self._buffer[:cut]).rstrip(b"\r")

    def _cut_line(self) -> None:
        self._cut(self._buffer.find(b"\n", self._scanned) + 1)


def _head_end(buffer: bytearray, scanned: int) -> int:
    """The length of the head, or of the blank line before one; 0 while there is neither."""
    if buffer.startswith((b"\r\n", b"\n")):
        return buffer.find(b"\n") + 1
    found = _HEAD_END.search(buffer, scanned)
    return found.end() if found else 0


def _pairs(lines: list[str]) -> Pairs:
    pairs: list[tuple[str, str]] = []
    for line in lines:
        text = line.rstrip("\r")
        if text[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {text.strip()}")
        elif text:
            name, _, value = text.partition(":")
            pairs.append((name, value.strip(" \t")))
    return tuple(pairs)


def _framing(headers: Pairs, response: bool) -> tuple[Framing, int]:
    fields = [(name.strip().lower(), value) for name, value in headers]
    if any(n == "transfer-encoding" and "chunked" in v.lower() for n, v in fields):
        return "chunked", 0
    for name, value in fields:
        first = value.partition(",")[0].strip()
        if name == "content-length" and is_number(first):
            return "length", int(first)
    return ("close" if response else "none"), 0
