"""Concurrent streams never exchange content, status or headers, also with equal request ids and
equal openings.

An answer shows only the content that its own upstream answers brought. Of a transparent proxy, no
status and no end-to-end header field of another exchange takes the place of its own; the session
id is judged by session.concurrent_streams_separate.

Basis: the streaming session id (docs/streaming-session-id.md), mixed-up responses.
Broken in: oracle/langchain-oracle#256 (a tool call of one conversation runs in another),
fr0ster/llm-agent#213 (second of two requests is empty), arabold/docs-mcp-server#320 (cross-talk),
stacklok/toolhive#5934 (messages dropped, or sent to all), mtrnix/metronix-memory#130 (wrong
upstream status).
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID, end_to_end
from contracts.message import Message
from contracts.needs import markers
from contracts.pairs import overlapping, share_time, strange_markers
from contracts.record import Ask
from contracts.testing import Call, Part, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

Field = tuple[str, str]
STATUS = ":status"


@contract(
    "MUST",
    needs=(
        Need(
            "two exchanges at once, told apart by a nonce and answered with content",
            lambda trace: sum(bool(markers(one.response)) for one in _at_once(trace)) > 1,
        ),
    ),
)
def streams_separate(trace: Trace) -> Iterator[Finding]:
    several = _at_once(trace)
    for one in several:
        strange = strange_markers(one)
        if strange:
            yield Finding(one.response, "content of its own upstream answers", strange)
    if not trace.bridge:
        yield from _heads(several)


def _at_once(trace: Trace) -> list[Exchange]:
    return overlapping(one for one in trace.chats() if one.ask.nonce)


def _heads(several: list[Exchange]) -> Iterator[Finding]:
    """Statuses and header values that came for another of them and not for the one itself."""
    owners = {field: one for one in several for field in _head(_came(one))}
    for one in several:
        own = _head(_came(one))
        for name, value in _head(one.response) if own else ():
            owner = owners.get((name, value))
            if (name, value) not in own and owner and share_time(one, owner):
                kept = [text for key, text in own if key == name]
                why = "it came for another exchange, at the same time"
                yield Finding(one.response, kept, value, why, "" if name == STATUS else name)


def _came(one: Exchange) -> Message | None:
    return one.egress.response if one.egress else None


def _head(message: Message | None) -> list[Field]:
    """The status and the fields that belong to this answer alone, without the session id."""
    if message is None:
        return []
    names = (name for name in (*end_to_end(message), "set-cookie") if name != SESSION_ID.lower())
    fields = [(name, value) for name in names for value in message.values(name)]
    return [(STATUS, str(message.status)), *fields]


_ONE, _TWO = b"data: ~aaaaaaaa01-0~\n\n", b"data: ~bbbbbbbb01-0~\n\n"
_IDS = ({"X-Request-Id": "1"}, {"X-Request-Id": "2"})
_FIRST = call(
    (sent(at=1.0), got(200, _IDS[0], _ONE, at=2.0, until=9.0)),
    asks=sent(at=1.0),
    gets=got(200, _IDS[0], _ONE, at=2.0, until=9.0),
    ask=Ask(stream=True, nonce="aaaaaaaa"),
)


def _second(gets: Part, came: Part | None = None) -> Call:
    """An exchange while the first one runs; this is what the client gets."""
    answer = came or got(200, _IDS[1], _TWO, at=4.0)
    asked = Ask(stream=True, nonce="bbbbbbbb")
    return call((sent(at=3.0), answer), asks=sent(at=3.0), gets=gets, ask=asked)


_WHOLE = got(200, _IDS[1], _TWO, at=5.0)
HOLDS = trial(_FIRST, _second(_WHOLE))
HOLDS_TRANSPARENT = trial(_FIRST, _second(_WHOLE), dialect="transparent")
BREAKS = trial(_FIRST, _second(got(200, {}, _ONE, at=5.0)))
BREAKS_SPLICED = trial(_FIRST, _second(got(200, {}, _TWO + _ONE, at=5.0)))
BREAKS_HEADER = trial(_FIRST, _second(got(200, _IDS[0], _TWO, at=5.0)), dialect="transparent")
BREAKS_STATUS = trial(
    _FIRST, _second(_WHOLE, came=got(503, _IDS[1], _TWO, at=4.0)), dialect="transparent"
)
