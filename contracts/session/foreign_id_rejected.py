"""An update with a well-formed id that belongs to another stream, another session or another user
gives 400 with 'mismatch' in the message and changes nothing stored.

An earlier stream of the same session is another stream.

Basis: the streaming session id (docs/streaming-session-id.md), incorrect id.
"""

from collections.abc import Iterator

from contracts.ledger.book import ledger_of
from contracts.ledger.refusals import refusal
from contracts.ledger.standing import updates
from contracts.session_examples import (
    ID,
    JSON,
    LATER_ID,
    MISMATCH,
    OTHER,
    THEIR_ID,
    THEIRS,
    read,
    stream,
    talk,
    update,
)
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(Need("an update with a foreign id", lambda trace: any(updates(trace, "foreign"))),),
)
def foreign_id_rejected(trace: Trace) -> Iterator[Finding]:
    for one in updates(trace, "foreign"):
        found = tuple(refusal(ledger_of(trace), one))
        message = str(one.entry.told.get("message"))
        yield from found
        if not found and one.plain and "mismatch" not in message.lower():
            answer = one.entry.wire.response
            yield Finding(answer, "a message that says mismatch", message)


_THEIRS = stream("three", id=THEIR_ID, session=THEIRS, by=OTHER)
_MINE = (_THEIRS, stream("one"))
HOLDS = talk(*_MINE, update(THEIR_ID, 400), update(), read("user: hi", "assistant: one two"))
HOLDS_NOT_MINE = talk(_THEIRS, update(THEIR_ID, 404, session=THEIRS), *_MINE, update(THEIR_ID, 400))
BREAKS = talk(*_MINE, update(THEIR_ID))
BREAKS_SUPERSEDED = talk(stream("one"), stream("two", id=LATER_ID), update(ID))
BREAKS_STATUS = talk(*_MINE, update(THEIR_ID, 500))
BREAKS_MESSAGE = talk(*_MINE, update(THEIR_ID, answer=got(400, JSON, {"message": "no"})))
BREAKS_STORED = talk(
    *_MINE,
    update(THEIR_ID, text="three", answer=got(400, JSON, MISMATCH)),
    read("user: hi", "assistant: three"),
)
