"""Idle expiry ends no session that has a stream in flight, and no id whose stream is in flight;
after a disconnect the slot is free again at once.

The time during which a stream runs counts for no expiry: an update is accepted after it, and the
stream is not cut. Once a stream that was left is over upstream, the next one is not refused as a
second one.

Basis: the streaming session id (docs/streaming-session-id.md), session expiration.
Broken in: render-oss/render-mcp-server#26 (every session dies after five minutes),
UsefulSoftwareCo/executor#1345 (result written into a dead pipe), UsefulSoftwareCo/executor#1684
(sessions pile up), sparfenyuk/mcp-proxy#210 (parallel sessions refused),
IvanMurzak/MCP-Plugin-dotnet#114 (404 after ten idle minutes).
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID
from contracts.ledger.book import Session, ledger_of
from contracts.ledger.calls import Entry
from contracts.ledger.entries import FAILED, Stream, Update
from contracts.ledger.standing import aged, told, updates
from contracts.session_examples import (
    EVENTS,
    FIRST,
    ID,
    JSON,
    LATER_ID,
    USER,
    login,
    passing,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

BUSY = 409
ENDING = ("leave", "reset", "restart")


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(
        Need(
            "a stream in which time passed, or one after one that ended early",
            lambda trace: any(_long(trace)) or any(_next_ones(trace)),
        ),
    ),
    after=("session.correct_id_accepted",),
)
def not_expired_in_flight(trace: Trace) -> Iterator[Finding]:
    for one in _aged(trace):
        if one.entry.status != 200:
            why = f"time passed while its stream ran; given was {told(one)}"
            yield Finding(one.entry.wire.response, 200, one.entry.status, why)
    for cut in _cut(trace):
        at, last = cut.entry.wire.response, cut.last or "nothing"
        yield Finding(at, "a stream that runs on", f"its end after: {last}", "time passed in it")
    for entry in _next_ones(trace):
        if entry.status == BUSY:
            why = "the stream before it is over, so the slot is free"
            yield Finding(entry.wire.response, "no refusal as a second stream", BUSY, why)


def _aged(trace: Trace) -> Iterator[Update]:
    """Updates with a right id in whose stream time passed."""
    book = ledger_of(trace)
    return (one for one in updates(trace, "right") if one.plain and aged(book, one))


def _long(trace: Trace) -> Iterator[Stream]:
    """Streams in which time passed, and that nobody else ended."""
    book = ledger_of(trace)
    for one in book.streams:
        start, session = one.entry.at, book.session(one.entry)
        reasons = [act for act in book.acts if act.do in ENDING and start < act.at <= one.over]
        gone = session and session.deletion and session.deletion.at <= one.over
        if book.passed(start, one.over) and not (reasons or gone):
            yield one


def _cut(trace: Trace) -> Iterator[Stream]:
    """Those that the service ended early."""
    for one in _long(trace):
        if one.early and (one.last == FAILED or _hung_up(trace, one)):
            yield one


def _hung_up(trace: Trace, one: Stream) -> bool:
    """It was the service that ended the connection first."""
    start = one.entry.at
    logs = [c.log for c in trace.record.connections if c.tap in ("egress", "upstream")]
    mine = [log for log in logs if any(io.at == start and io.way == ">" for io in log)]
    ends = [io for log in mine for io in log if io.kind != "data" and io.at >= start]
    return bool(ends) and min(ends, key=lambda io: io.at).way == "<"


def _next_ones(trace: Trace) -> Iterator[Entry]:
    """Stream requests after one of the same session ended early, while none of it runs."""
    for session in ledger_of(trace).sessions.values():
        for entry in session.asked:
            if _free(session, entry):
                yield entry


def _free(session: Session, entry: Entry) -> bool:
    earlier = [one for one in session.asked if one.at < entry.at and one.status in (0, 200)]
    begun = [one for one in session.streams if one.entry.at < entry.at]
    over = len(begun) == len(earlier) and all(one.over <= entry.at for one in begun)
    return over and any(one.early for one in begun)


_HELD = stream("one", at=FIRST, until=FIRST + 2)
_LEFT = stream("one", cut=True, until=FIRST + 2)
_BUSY = stream(answer=got(BUSY, JSON, {"code": "STREAM_RUNNING"}))
_EXPIRY = [passing(3600, FIRST + 1)]
_EXPIRED = {**EVENTS, SESSION_ID: ID}
HOLDS = talk(_HELD, login(USER), update(), acts=_EXPIRY)
HOLDS_FREE = talk(_LEFT, stream("two", id=LATER_ID, until=99), _BUSY)
BREAKS = talk(_HELD, login(USER), update(ID, 400), acts=_EXPIRY)
BREAKS_STREAM = talk(
    stream(at=FIRST, answer=got(200, _EXPIRED, saying("one", last="error"), at=FIRST + 2)),
    login(USER),
    update(),
    acts=_EXPIRY,
)
BREAKS_SLOT = talk(_LEFT, _BUSY)
