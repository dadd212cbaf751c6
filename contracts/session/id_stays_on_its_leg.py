"""An egress request carries no session id that its ingress request did not carry, unless the
target declares that it holds sessions itself.

An id that it changed on the way is one that the ingress request did not carry.

Basis: MCP Streamable HTTP, session management.
Broken in: agentgateway/agentgateway#1985 (upstream refuses an id that it never issued).
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID, elements
from contracts.ledger.calls import members
from contracts.message import Message
from contracts.session_examples import ID, JSON, MINE, MISMATCH, asked, stream, talk, update
from contracts.testing import call, got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

WITHOUT_SESSIONS = Need(
    "declared that it holds no sessions", lambda trace: not trace.declares.holds_sessions
)


@contract(
    "MUST",
    applies="session",
    given=(WITHOUT_SESSIONS,),
    needs=(
        Need("an upstream request after an id was issued", lambda trace: any(_requests(trace))),
    ),
)
def id_stays_on_its_leg(trace: Trace) -> Iterator[Finding]:
    for asks, made in _requests(trace):
        added = sorted(_ids(made) - _ids(asks))
        if added:
            yield Finding(made, asks.values(SESSION_ID) or "no id", added, header=SESSION_ID)


def _requests(trace: Trace) -> Iterator[tuple[Message, Message]]:
    """Requests at ingress and at egress from the moment on at which the target knew an id."""
    answers = (one.egress.response for one in trace.chats() if one.egress)
    known = [answer.head_at for answer in answers if answer and answer.values(SESSION_ID)]
    for one in trace.chats():
        for attempt in one.attempts:
            made = attempt.egress.request
            if one.ingress and known and min(known) <= made.began:
                yield one.ingress.request, made


def _ids(request: Message) -> set[str]:
    within = members(request).get("streamingSessionId")
    within_fields = elements(request.values(SESSION_ID))
    return {*within_fields, *([within] if isinstance(within, str) else [])}


_PATH = f"/api/chat/sessions/{MINE}"
_STUCK = (asked(f"GET {_PATH}", fields={SESSION_ID: ID}), got(200))
_PAIR = [(SESSION_ID, ID), (SESSION_ID, ID)]
_BODY = {"completeResponse": "one", "tokensUsed": 1}
HOLDS = talk(stream("one"), update(), update("x", 400, fields={SESSION_ID: ID}))
HOLDS_COMBINED = talk(
    stream("one"),
    call(
        (asked(f"GET {_PATH}", fields={SESSION_ID: f"{ID}, {ID}"}), got(200)),
        asks=asked(f"GET {_PATH}", fields=_PAIR),
    ),
)
BREAKS = talk(stream("one"), call(_STUCK, asks=asked(f"GET {_PATH}")))
BREAKS_IN_THE_BODY = talk(
    stream("one"),
    call(
        asked(f"POST {_PATH}/update-stream", {**_BODY, "streamingSessionId": ID}),
        asks=asked(f"POST {_PATH}/update-stream", _BODY),
    ),
)
BREAKS_BY_CASE = talk(
    stream("one"),
    call(
        (
            asked(f"POST {_PATH}/update-stream", {**_BODY, "streamingSessionId": ID.upper()}),
            got(400, JSON, MISMATCH),
        ),
        asks=asked(f"POST {_PATH}/update-stream", {**_BODY, "streamingSessionId": ID}),
    ),
)
