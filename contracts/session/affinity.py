"""With two declared upstream instances, all requests of a session reach the instance that opened it
and issues its ids, for as long as that instance lives.

Judged where the session's owner asks: what a stranger asks for may be refused by either.

Basis: MCP Streamable HTTP, session management.
Broken in: agentic-community/mcp-gateway-registry#1101 (intermittent "Session not found"),
agentic-community/mcp-gateway-registry#960 (the same with a replicated gateway),
TheLunarCompany/lunar#55 (id invalid with two pods), PrefectHQ/fastmcp#1003 (404 under load
balancing), mercuretechnologies/xprem#149 (404 on nearly every connection).
"""

from collections.abc import Iterator

from contracts.calls import Entry
from contracts.ledger import ledger_of
from contracts.record import Declares
from contracts.session_examples import ID, MINE, OTHER, opened, read, stream, talk, update
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

TWO = Need("declared two upstream instances", lambda trace: trace.declares.upstreams >= 2)


@contract(
    "MUST",
    applies="session",
    given=(TWO,),
    needs=(
        Need(
            "sessions on two instances, and a request in one of them",
            lambda trace: len(set(_openings(trace).values())) > 1 and any(_calls(trace)),
        ),
    ),
)
def affinity(trace: Trace) -> Iterator[Finding]:
    for entry, home in _calls(trace):
        if entry.wire.instance != home:
            why = f"{entry.wire.request.first_line} was answered {entry.status or 'nothing'}"
            at = entry.exchange.egress.request if entry.exchange.egress else None
            yield Finding(at, f"instance {home}", f"instance {entry.wire.instance}", why)


def _openings(trace: Trace) -> dict[tuple[str, str], int]:
    """Where each session lives, by its owner and id."""
    sessions = ledger_of(trace).sessions
    return {(one.owner, name): instance for (instance, name), one in sessions.items() if one.owner}


def _calls(trace: Trace) -> Iterator[tuple[Entry, int]]:
    """Requests of owners in their sessions, with the instance on which the session lives."""
    homes = _openings(trace)
    for entry in ledger_of(trace).entries:
        home = homes.get((entry.bearer.user, entry.session))
        if home is not None and entry.bearer.kind == "access":
            yield entry, home


_AWAY = opened("c" * 24, OTHER, instance=2)
_TWO = Declares(upstreams=2)
HOLDS = talk(_AWAY, stream("one"), update(), declares=_TWO)
HOLDS_FOR_STRANGERS = talk(_AWAY, stream("one"), read(by=OTHER, status=404), declares=_TWO)
BREAKS = talk(_AWAY, stream("one"), update(ID, 404, instance=2), declares=_TWO)
BREAKS_STREAM = talk(_AWAY, stream("one", session=MINE, instance=2), declares=_TWO)
