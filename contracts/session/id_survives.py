"""The session id that the upstream issues reaches the client exactly as it was issued: as often,
and byte-identical, on the response that issues it, on every path.

Where it was issued more than once, the repeats may be combined into one line.

Basis: the streaming session id (docs/streaming-session-id.md); RFC 9110 5.3.
Broken in: agentic-community/mcp-gateway-registry#1096 (dropped, every next call fails),
bcurts/agentchattr#80 (sent twice, clients join it to "S, S").
"""

from collections.abc import Iterator

from contracts.fields import SESSION_ID, same
from contracts.message import Message
from contracts.pairs import own_answers
from contracts.session_examples import EVENTS, ID, saying, stream, talk
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    needs=(Need("a response that issues an id, handed on", lambda trace: any(_issuing(trace))),),
)
def id_survives(trace: Trace) -> Iterator[Finding]:
    for came, went in _issuing(trace):
        issued, received = came.values(SESSION_ID), went.values(SESSION_ID)
        if not same(issued, received):
            yield Finding(went, issued, received, header=SESSION_ID)


def _issuing(trace: Trace) -> Iterator[tuple[Message, Message]]:
    return ((c, w) for _, c, w in own_answers(trace) if c.values(SESSION_ID))


_SAID = saying("one", "two")
HOLDS = talk(stream("one", "two", gets=got(200, {**EVENTS, SESSION_ID.lower(): ID}, _SAID)))
HOLDS_COMBINED = talk(
    stream(
        answer=got(200, [*EVENTS.items(), *2 * [(SESSION_ID, ID)]]),
        gets=got(200, {**EVENTS, SESSION_ID: f"{ID}, {ID}"}),
    )
)
BREAKS = talk(stream("one", "two", gets=got(200, EVENTS, _SAID)))
BREAKS_JOINED = talk(stream("one", gets=got(200, {**EVENTS, SESSION_ID: f"{ID}, {ID}"})))
BREAKS_TWICE = talk(
    stream("one", "two", gets=got(200, [*EVENTS.items(), *2 * [(SESSION_ID, ID)]], _SAID))
)
BREAKS_BY_CASE = talk(stream("one", gets=got(200, {**EVENTS, SESSION_ID: ID.upper()}, _SAID)))
