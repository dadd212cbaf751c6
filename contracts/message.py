"""One HTTP/1 message as a tap saw it, with the questions that contracts put to it."""

import json
from dataclasses import dataclass
from typing import Literal

from contracts.codings import decode

Pairs = tuple[tuple[str, str], ...]
Framing = Literal["none", "length", "chunked", "close"]
MAX_DIGITS = 18  # int() refuses numbers of thousands of digits


@dataclass(frozen=True, slots=True)
class Chunk:
    """Body bytes, free of transfer coding, as they came at one moment (seconds)."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One request or response as a tap saw it; header pairs in raw case, order and repeats."""

    tap: str
    first_line: str
    headers: Pairs
    chunks: tuple[Chunk, ...] = ()
    began: float = 0.0
    head_at: float = 0.0
    ended: float | None = None
    framing: Framing = "none"

    @property
    def complete(self) -> bool:
        """The body ended as its framing says it must."""
        return self.ended is not None

    @property
    def method(self) -> str:
        return self.first_line.split(" ", 1)[0]

    @property
    def target(self) -> str:
        return [*self.first_line.split(" "), "", ""][1]

    @property
    def status(self) -> int:
        """Status code; 0 where the status line is not one."""
        code = [*self.first_line.split(" "), ""][1]
        return int(code) if is_number(code) else 0

    @property
    def body(self) -> bytes:
        return b"".join(chunk.data for chunk in self.chunks)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a field, in order; names match in any case (RFC 9110 5.1)."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def value(self, name: str) -> str:
        """The field's combined value (RFC 9110 5.3), empty when absent."""
        return ", ".join(self.values(name))

    @property
    def media_type(self) -> str:
        return self.value("Content-Type").partition(";")[0].strip().lower()

    @property
    def content(self) -> bytes | None:
        """The body free of its content codings; None where they do not describe the bytes."""
        return decode(self.body, self.value("Content-Encoding"))

    @property
    def text(self) -> str:
        return (self.content or b"").decode("utf-8", "replace")

    def json(self) -> object:
        """The content as JSON; None where it is not JSON."""
        try:
            parsed: object = json.loads(self.content or b"")
        except (ValueError, RecursionError):
            return None
        return parsed


def is_number(text: str) -> bool:
    """Decimal digits, and no more of them than a number in HTTP needs."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
