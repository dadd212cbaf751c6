"""The upstream's line stream: bytes to lines to events, whatever way the bytes were cut.

Lines end at LF or CR alone; U+2028, U+0085 and the like are text.
Seen: florimondmanca/httpx-sse#34; langgenius/dify#39008 (lines cut by Unicode rules).
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

import httpx

from targets.reference.errors import ApiError

LONGEST_LINE = 8 * 1024 * 1024
END = re.compile(rb"[\r\n]")
BOM = b"\xef\xbb\xbf"
REASONS = {"content-filter": "content_filter", "tool-calls": "tool_calls"}


@dataclass(frozen=True, slots=True)
class Opened:
    """The upstream has agreed; no content yet."""

    headers: httpx.Headers


@dataclass(frozen=True, slots=True)
class Delta:
    """One content line. text: what counts as content."""

    fields: dict[str, object]
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end line. reason: in OpenAI's words, None where the upstream gave none."""

    reason: str | None


Event = Opened | Delta | Finish


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Lines without their ends, empty ones left out; raises ApiError for an endless line."""
    buffer, start = bytearray(), BOM
    async for chunk in chunks:
        buffer += chunk
        if END.search(chunk):
            *ready, rest = END.split(bytes(buffer))
            buffer = bytearray(rest)
            for line in ready:
                text, start = line.removeprefix(start), b""
                if text:
                    yield text
        if len(buffer) > LONGEST_LINE:
            raise ApiError(502, "The upstream sent a line without an end.", code="line_too_long")
    if last := bytes(buffer).removeprefix(start):
        yield last


def parse(line: bytes) -> Delta | Finish | None:
    """None for comments and unknown kinds of line; raises ApiError for a3 and for rubbish."""
    if line.startswith(b":"):
        return None
    kind, separator, raw = line.partition(b":")
    try:
        value = json.loads(raw) if separator else None
    except (ValueError, RecursionError):
        separator = b""
    if not separator:
        raise ApiError(502, "The upstream sent a line that cannot be read.", code="unreadable_line")
    return understand(kind, value)


def understand(kind: bytes, value: object) -> Delta | Finish | None:
    match kind, value:
        case b"a0", str():
            return Delta({"content": value}, value)
        case b"ag", str():
            return Delta({"reasoning_content": value}, value)
        case b"a2", list():
            images = "".join(f"![image]({image_url(one)})" for one in value)
            return Delta({"content": images}, images)
        case b"ac", dict():
            return Delta({"annotations": [value]}, "")
        case b"ad", dict():
            return Finish(reason_of(value.get("finishReason")))
        case b"a3", _:
            raise ApiError(
                502, f"The upstream reported an error: {value}", code="upstream_reported"
            )
        case ((b"a0" | b"ag" | b"a2" | b"ac" | b"ad"), _):
            message = "The upstream sent a line that cannot be read."
            raise ApiError(502, message, code="unreadable_line")
    return None


def image_url(image: object) -> str:
    return str(image.get("image", "")) if isinstance(image, dict) else ""


def reason_of(reason: object) -> str | None:
    return REASONS.get(reason, reason) or None if isinstance(reason, str) else None
