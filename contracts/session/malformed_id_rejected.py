"""None, empty, wrong-format, timestamp-only, non-string, padded, re-cased, over-long and non-ASCII
ids each give 400 with a JSON error, never 5xx and never 200, and nothing is stored.

Basis: the streaming session id (docs/streaming-session-id.md), odd ids.
"""

from collections.abc import Iterator

from contracts.ledger.book import ledger_of
from contracts.ledger.refusals import refusal
from contracts.ledger.standing import updates
from contracts.session_examples import ID, JSON, NONE, read, stream, talk, update
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(Need("an update with a malformed id", lambda trace: any(updates(trace, "malformed"))),),
)
def malformed_id_rejected(trace: Trace) -> Iterator[Finding]:
    for one in updates(trace, "malformed"):
        yield from refusal(ledger_of(trace), one)


_ODD = (None, "", "incorrect", "stream-12345", 5, [ID], f" {ID} ", ID.upper(), "x" * 9999, "\u017f")
HOLDS = talk(stream("one"), *(update(one, 400) for one in (*_ODD, NONE)), update(), update("", 413))
BREAKS = talk(stream("one"), update(ID.upper()))
BREAKS_WITHOUT = talk(stream("one"), update(NONE))
BREAKS_STATUS = talk(stream("one"), update(5, 500))
BREAKS_BODY = talk(stream("one"), update("", answer=got(400, {}, b"Bad Request")))
BREAKS_KIND = talk(stream("one"), update(None, answer=got(422, JSON, {"detail": []})))
BREAKS_STORED = talk(stream("one"), update("", 400), read("user: hi", "assistant: one two"))
