"""Session ids that the target hands to the client are a subset of those that it received from the
upstream on that exchange; a self-made or earlier one never takes the place of a missing one.

That one is lost or repeated is judged by session.id_survives, and what streams that run at once
take from each other by session.concurrent_streams_separate.

Basis: the streaming session id (docs/streaming-session-id.md), fallback ids.
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID, same
from contracts.ledger.calls import call_of
from contracts.message import Message
from contracts.pairs import overlapping, own_answers
from contracts.session_examples import EVENTS, ID, JSON, LATER_ID, stream, talk, update
from contracts.testing import got
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    needs=(Need("an answered stream request, or an id at ingress", lambda t: any(_answers(t))),),
)
def id_not_invented(trace: Trace) -> Iterator[Finding]:
    for went, received in _answers(trace):
        given = went.values(SESSION_ID)
        invented = [one for one in given if one not in received]
        if invented and not same(received, given):
            yield Finding(went, received or "no id", invented, header=SESSION_ID)


def _answers(trace: Trace) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Answers at ingress that bear an id or might, with those that the target may hand on there."""
    for one, came, went in own_answers(trace):
        if went.values(SESSION_ID) or _is_stream(one):
            yield went, came.values(SESSION_ID)
    at_once = {one.number for one in overlapping(trace.exchanges)}
    for one in trace.chats():
        if one.response and not one.attempts and one.response.values(SESSION_ID):
            yield one.response, _issued(trace) if one.number in at_once else ()


def _is_stream(one: Exchange) -> bool:
    call = call_of(one.egress.request) if one.egress else None
    return bool(call and call[0] == "stream")


def _issued(trace: Trace) -> tuple[str, ...]:
    answers = (one.egress.response for one in trace.chats() if one.egress)
    return tuple(value for answer in answers if answer for value in answer.values(SESSION_ID))


HOLDS = talk(stream("one"), update("", 400))
HOLDS_COMBINED = talk(
    stream(
        answer=got(200, [*EVENTS.items(), *2 * [(SESSION_ID, ID)]]),
        gets=got(200, {**EVENTS, SESSION_ID: f"{ID}, {ID}"}),
    )
)
HOLDS_REPEATED = talk(stream(gets=got(200, [*EVENTS.items(), *2 * [(SESSION_ID, ID)]])))
BREAKS = talk(stream("one", gets=got(200, {**EVENTS, SESSION_ID: f"{ID}, {ID}"})))
BREAKS_WITH_AN_EARLIER_ONE = talk(
    stream("one"), stream("two", id=LATER_ID, gets=got(200, {**EVENTS, SESSION_ID: ID}))
)
BREAKS_ON_AN_ERROR = talk(
    stream(answer=got(402, JSON, {}), gets=got(402, {**JSON, SESSION_ID: LATER_ID}, {}))
)
