"""An update with an unknown or expired id is answered at once: 400 in a session that lives, a 4xx
where there is no such session any more; and nothing is stored.

That the target relays the answer as it is, is judged by session.mismatch_relayed.

Basis: MCP Streamable HTTP, session management; the streaming session id
(docs/streaming-session-id.md), session expiration.
Broken in: DAWNCR0W/affine-mcp-server#301 (every call fails until a human reconnects),
mastra-ai/mastra#15160 (clients fail for good after a redeploy), sparfenyuk/mcp-proxy#149 ("Session
terminated" for ever), modelcontextprotocol/rust-sdk#733 (stale id used for ever),
modelcontextprotocol/python-sdk#1676 (session terminated, no way on).
"""

from collections.abc import Iterator

from contracts.ledger.book import ledger_of
from contracts.ledger.entries import Update, is_id
from contracts.ledger.refusals import refusal
from contracts.ledger.standing import standing, updates
from contracts.session_examples import (
    FIRST,
    ID,
    MINE,
    UNKNOWN_ID,
    USER,
    asked,
    deleted,
    login,
    passing,
    read,
    relayed,
    stream,
    talk,
    update,
)
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

GONE = (400, 404, 410)


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(
        Need(
            "an update with an unknown or expired id",
            lambda trace: any(_updates(trace)) or any(_unanswered(trace)),
        ),
    ),
)
def unknown_id_rejected(trace: Trace) -> Iterator[Finding]:
    book = ledger_of(trace)
    for one in _updates(trace):
        lives = standing(book, one) == "unknown"
        yield from refusal(book, one, (400,) if lives else GONE)
    for one in _unanswered(trace):
        yield Finding(one.entry.wire.request, "an answer", "none while the client waited")


def _updates(trace: Trace) -> Iterator[Update]:
    return (one for one in updates(trace, "unknown", "nowhere") if any(map(is_id, one.given)))


def _unanswered(trace: Trace) -> Iterator[Update]:
    book = ledger_of(trace)
    for one in book.updates:
        waited = not one.entry.status and one.entry.exchange.ask.gave_up is not None
        if waited and standing(book, one) in ("unknown", "nowhere"):
            yield one


_ONE, _SAID = stream("one"), ("user: hi", "assistant: one two")
_EXPIRY = [passing(1801, FIRST + 3.5)]
_ASKS = asked(
    f"POST /api/chat/sessions/{MINE}/update-stream",
    {"streamingSessionId": UNKNOWN_ID, "completeResponse": "one", "tokensUsed": 1},
)
HOLDS = talk(_ONE, update(UNKNOWN_ID, 400), update(), read(*_SAID))
HOLDS_EXPIRED = talk(_ONE, login(USER), update(ID, 400), acts=_EXPIRY)
HOLDS_DELETED = talk(_ONE, deleted(), update(ID, 404))
BREAKS = talk(_ONE, update(UNKNOWN_ID))
BREAKS_EXPIRED = talk(_ONE, login(USER), update(ID), acts=_EXPIRY)
BREAKS_STATUS = talk(_ONE, update(UNKNOWN_ID, 500))
BREAKS_DELETED = talk(_ONE, deleted(), update(ID, 500))
BREAKS_SILENT = talk(_ONE, relayed(_ASKS, None, gave_up=99.0))
