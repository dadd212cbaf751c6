"""Answers as pairs: what the last attempt brought, and what the target made of it."""

import json
import re
from collections.abc import Iterator

from contracts.fields import elements
from contracts.message import Message
from contracts.needs import events, markers
from contracts.trace import Exchange, Trace

_ENDED = re.compile(rb'(?m)^ad:|"finish_?[rR]eason": ?"|\[DONE\]')
_FAILED = re.compile(rb'(?m)^a3:|"error"')
_ARENA_LINE = re.compile(rb"(?:a0|ag|a2|ac|ad):(.*)", re.DOTALL)


def answers(trace: Trace) -> Iterator[tuple[Exchange, Message, Message]]:
    """Exchanges with a response on both sides: of the last attempt at egress, and at ingress."""
    for one in trace.chats():
        came, went = one.egress.response if one.egress else None, one.response
        if came and went:
            yield one, came, went


def last_word(one: Exchange) -> Message | None:
    """The target's response at ingress, or the request there that it left unanswered."""
    return one.response or (one.ingress.request if one.ingress else None)


def hung_up(trace: Trace, one: Exchange, until: float) -> bool:
    """The exchange's connection at ingress was closed, by either side, by then (seconds)."""
    if one.ingress is None:
        return True
    began = one.ingress.request.began
    logs = [c.log for c in trace.record.connections if c.tap == "ingress"]
    mine = [log for log in logs if any(io.at == began and io.way == ">" for io in log)]
    return any(io.kind in ("fin", "rst") and began <= io.at <= until for log in mine for io in log)


def flawless(response: Message | None) -> bool:
    """A complete 200 with content and its own end, no error in it and nothing unreadable."""
    if response is None or response.status != 200 or not response.complete:
        return False
    content = response.content or b""
    ended = _ENDED.search(content) and not _FAILED.search(content)
    return bool(markers(response) and ended) and all(map(_is_json, _pieces(response)))


def _pieces(response: Message) -> list[bytes]:
    content = response.content or b""
    if content.lstrip().startswith(b"{"):
        return [content]
    if response.media_type == "text/event-stream":
        return [e.data.encode() for e in events(response) if e.data != "[DONE]"]
    lines = [line for line in content.split(b"\n") if line.strip()]
    return [found[1] if (found := _ARENA_LINE.match(line)) else line for line in lines]


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def codings(message: Message) -> set[str]:
    """The content codings that a message says it has (RFC 9110 8.4)."""
    return {name.lower() for name in elements(message.values("Content-Encoding"))} - {"identity"}


def as_offered(request: Message, response: Message) -> bool:
    """The response has no coding but those that the request's Accept-Encoding names."""
    named = elements(request.values("Accept-Encoding"))
    return codings(response) <= {name.partition(";")[0].strip().lower() for name in named}
