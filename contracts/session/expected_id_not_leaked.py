"""A mismatch answer never tells the id that was expected.

Nor any other id that was issued, but the one that the update itself gave.

Basis: the streaming session id (docs/streaming-session-id.md), why ids are validated.
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID
from contracts.ledger.book import ledger_of
from contracts.ledger.entries import Update
from contracts.message import Message
from contracts.session_examples import ID, JSON, MISMATCH, UNKNOWN_ID, stream, talk, update
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(Need("a refused update after an id was issued", lambda trace: any(_refused(trace))),),
)
def expected_id_not_leaked(trace: Trace) -> Iterator[Finding]:
    issued = ledger_of(trace).issued
    for one, answer in _refused(trace):
        asked, said = _all_of(one.entry.wire.request), _all_of(answer)
        leaked = [known for known in issued if known in said and known not in asked]
        if leaked:
            yield Finding(answer, "no id but the one that was given", leaked, answer.text[:120])


def _refused(trace: Trace) -> Iterator[tuple[Update, Message]]:
    book = ledger_of(trace)
    for one in book.updates if book.issued else ():
        if one.entry.wire.response and one.entry.status >= 400:
            yield one, one.entry.wire.response


def _all_of(message: Message) -> str:
    return "\n".join([message.text, *(value for _, value in message.headers)])


_LEAK = {**MISMATCH, "expected": ID}
HOLDS = talk(stream("one"), update(UNKNOWN_ID, 400, told={**MISMATCH, "given": UNKNOWN_ID}))
BREAKS = talk(stream("one"), update(UNKNOWN_ID, 400, told=_LEAK))
BREAKS_IN_A_FIELD = talk(
    stream("one"), update(UNKNOWN_ID, answer=got(400, {**JSON, SESSION_ID: ID}, MISMATCH))
)
