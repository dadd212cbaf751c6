"""With two declared upstream instances, all requests of a session reach the instance that opened it
and issues its ids, for as long as that instance lives.

Judged where the session's owner asks: what a stranger asks for may be refused by either. A target
that tells instances apart by a cookie of its own is judged only where the client brings one back.

Basis: MCP Streamable HTTP, session management.
Broken in: agentic-community/mcp-gateway-registry#1101 (intermittent "Session not found"),
agentic-community/mcp-gateway-registry#960 (the same with a replicated gateway),
TheLunarCompany/lunar#55 (id invalid with two pods), PrefectHQ/fastmcp#1003 (404 under load
balancing), mercuretechnologies/xprem#149 (404 on nearly every connection).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from contracts.ledger.book import ledger_of
from contracts.ledger.calls import Entry
from contracts.record import Declares
from contracts.session_examples import (
    ID,
    JSON,
    MINE,
    OTHER,
    THEIR_ID,
    opened,
    read,
    stream,
    talk,
    update,
)
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

TWO = Need("declared two upstream instances", lambda trace: trace.declares.upstreams >= 2)


@contract(
    "MUST",
    applies="session",
    given=(TWO,),
    needs=(
        Need(
            "sessions on two instances, and a request in one of them, with the target's cookies",
            lambda trace: len(_homes(trace)) > 1 and any(_calls(trace)),
        ),
    ),
)
def affinity(trace: Trace) -> Iterator[Finding]:
    for entry, home in _calls(trace):
        if entry.wire.instance != home:
            why = f"{entry.wire.request.first_line} was answered {entry.status or 'nothing'}"
            at = entry.exchange.egress.request if entry.exchange.egress else None
            yield Finding(at, f"instance {home}", f"instance {entry.wire.instance}", why)


def _openings(trace: Trace) -> dict[tuple[str, str], Entry]:
    """The opening of each session, by its owner and id; a target's cookie may have come with it."""
    sessions = ledger_of(trace).sessions
    return {(one.owner, name): one.opening for (_, name), one in sessions.items() if one.owner}


def _homes(trace: Trace) -> set[int]:
    return {one.wire.instance for one in _openings(trace).values()}


def _calls(trace: Trace) -> Iterator[tuple[Entry, int]]:
    """Requests of owners in their sessions, with the instance on which the session lives."""
    openings = _openings(trace)
    for entry in ledger_of(trace).entries:
        opening = openings.get((entry.bearer.user, entry.session))
        if opening and entry.bearer.kind == "access" and not _lacks_cookie(entry, opening):
            yield entry, opening.wire.instance


def _lacks_cookie(entry: Entry, opening: Entry) -> bool:
    """The target had set a cookie of its own, and this request brings none back."""
    one, asks = opening.exchange, entry.exchange.ingress
    came, went = one.egress.response if one.egress else None, one.response
    told = came.values("Set-Cookie") if came else ()
    own = [line for line in went.values("Set-Cookie") if line not in told] if went else []
    return bool(own and asks and not asks.request.values("Cookie"))


_ELSEWHERE = "c" * 24
_AWAY = opened(_ELSEWHERE, OTHER, instance=2)
_STUCK = replace(
    _AWAY, gets=got(201, {**JSON, "Set-Cookie": "instance=2"}, {"sessionId": _ELSEWHERE})
)
_LOST = partial(update, THEIR_ID, 404, session=_ELSEWHERE, by=OTHER)
_TWO = Declares(upstreams=2)
HOLDS = talk(_AWAY, stream("one"), update(), declares=_TWO)
HOLDS_FOR_STRANGERS = talk(_AWAY, stream("one"), read(by=OTHER, status=404), declares=_TWO)
HOLDS_WITHOUT_COOKIE = talk(_STUCK, stream("one"), _LOST(), declares=_TWO)
BREAKS = talk(_AWAY, stream("one"), update(ID, 404, instance=2), declares=_TWO)
BREAKS_COOKIE = talk(_STUCK, _LOST(fields={"Cookie": "instance=2"}), declares=_TWO)
BREAKS_STREAM = talk(_AWAY, stream("one", session=MINE, instance=2), declares=_TWO)
