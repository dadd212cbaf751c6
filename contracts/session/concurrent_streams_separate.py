"""Two streams at once, in one session or in two, never exchange ids or text; the second stream of a
session is either refused or separate.

Basis: the streaming session id (docs/streaming-session-id.md), mixed-up responses.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from contracts.fields import SESSION_ID, elements
from contracts.pairs import overlapping, share_time, strange_markers
from contracts.session_examples import (
    EVENTS,
    FIRST,
    ID,
    OTHER,
    THEIR_ID,
    THEIRS,
    saying,
    stream,
    talk,
)
from contracts.testing import Call, got
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

STREAM = "text/event-stream"


@contract(
    "MUST",
    applies="session",
    needs=(Need("two streams at once, told apart by a nonce", lambda trace: any(_streams(trace))),),
)
def concurrent_streams_separate(trace: Trace) -> Iterator[Finding]:
    streams = _streams(trace)
    owners = {value: one for one in streams for value in _issued(one)}
    for one in streams:
        taken = _taken(one, owners)
        if taken:
            why = "it belongs to a stream that ran at the same time"
            yield Finding(one.response, _issued(one) or "no id", taken, why, SESSION_ID)
        strange = strange_markers(one)
        if strange:
            yield Finding(one.response, "the text of its own upstream stream", strange)


def _streams(trace: Trace) -> list[Exchange]:
    """Streams that shared time with another one."""
    return overlapping(
        one
        for one in trace.chats()
        if one.ask.stream and one.ask.nonce and one.response and one.response.media_type == STREAM
    )


def _issued(one: Exchange) -> tuple[str, ...]:
    """The ids that came for it at egress."""
    came = one.egress.response if one.egress else None
    return came.values(SESSION_ID) if came else ()


def _taken(one: Exchange, owners: Mapping[str, Exchange]) -> list[str]:
    """Ids at ingress that came for another stream, at the same time."""
    values = elements(one.response.values(SESSION_ID)) if one.response else []
    strange = (value for value in values if value in owners and value not in _issued(one))
    return [value for value in strange if share_time(one, owners[value])]


_ONE, _TWO = "~aaaaaaaa00-0~", "~bbbbbbbb00-0~"
_FIRST = stream(_ONE, nonce="aaaaaaaa", at=FIRST, until=FIRST + 9)


def _second(ids: str, text: str) -> Call:
    """The other user's stream while the first one runs; this is what the client gets of it."""
    gets = got(200, {**EVENTS, SESSION_ID: ids} if ids else EVENTS, saying(text), at=FIRST + 2)
    theirs = partial(stream, id=THEIR_ID, session=THEIRS, by=OTHER)
    return theirs(_TWO, nonce="bbbbbbbb", at=FIRST + 1, gets=gets)


HOLDS = talk(_FIRST, _second(THEIR_ID, _TWO))
HOLDS_WITHOUT_ID = talk(_FIRST, _second("", _TWO))
BREAKS = talk(_FIRST, _second(ID, _TWO))
BREAKS_JOINED = talk(_FIRST, _second(f"{ID}, {THEIR_ID}", _TWO))
BREAKS_TEXT = talk(_FIRST, _second(THEIR_ID, _ONE))
