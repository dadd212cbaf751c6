"""Which hop did it: the values of a field at the four taps, compared hop by hop.

What changed between client and ingress was the client leg, between ingress and egress the target,
between egress and upstream the upstream leg; for responses the same, seen from the other end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.message import Message
from contracts.trace import Attempt, Exchange, Trace
from contracts.verdict import Finding, Judges
from contracts.wires import Wire

TARGET, SERVICE = "the target", "the session service"
HOPS = (
    ("client", "ingress", "the client leg"),
    ("ingress", "egress", TARGET),
    ("egress", "upstream", "the upstream leg"),
)
OWN_BUSINESS = {
    *("connection", "content-length", "transfer-encoding", "host"),
    *("date", "server", "via", "keep-alive"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the trace a message stands."""

    exchange: Exchange
    attempt: Attempt | None
    response: bool

    def messages(self) -> dict[str, Message | None]:
        """The counterparts of the message at the four taps."""
        first, there = self.exchange, self.attempt
        taps: dict[str, Wire | None] = {
            "client": first.client,
            "ingress": first.ingress,
            "egress": there.egress if there else None,
            "upstream": there.upstream if there else None,
        }
        return {tap: self._side(wire) for tap, wire in taps.items()}

    def _side(self, wire: Wire | None) -> Message | None:
        if wire is None:
            return None
        return wire.response if self.response else wire.request


def locate(trace: Trace, message: Message | None) -> Place | None:
    """Where the message stands; a client-side message is paired with the last attempt."""
    if message is None:
        return None
    for exchange in trace.exchanges:
        for attempt in (*exchange.attempts, *exchange.auxiliaries):
            for wire in (attempt.egress, attempt.upstream):
                if wire and (message is wire.request or message is wire.response):
                    return Place(exchange, attempt, message is wire.response)
        for wire in (exchange.client, exchange.ingress):
            if wire and (message is wire.request or message is wire.response):
                last = exchange.attempts[-1] if exchange.attempts else None
                return Place(exchange, last, message is wire.response)
    return None


def hops(place: Place, header: str) -> dict[str, tuple[str, ...] | None]:
    """The field's values at each tap; None where the message never came."""
    found = place.messages()
    return {tap: m.values(header) if m else None for tap, m in found.items()}


def culprit(values: dict[str, tuple[str, ...] | None], response: bool) -> str:
    """The first hop, in the direction of travel, at which the values change; empty: none."""
    ways = [(b, a, who) for a, b, who in reversed(HOPS)] if response else list(HOPS)
    for before, after, who in ways:
        one, other = values[before], values[after]
        if one is not None and other is not None and one != other:
            return who
    return ""


def legs(trace: Trace) -> Iterator[str]:
    """What the legs did to header fields, one clause a field: it is never the target's guilt."""
    clauses = (
        clause
        for exchange in trace.exchanges
        for who, first, second in _leg_pairs(exchange)
        if first and second
        for clause in _changes(who, first, second)
    )
    return iter(dict.fromkeys(clauses))


def _leg_pairs(exchange: Exchange) -> Iterator[tuple[str, Wire | None, Wire | None]]:
    """Each leg's two taps, in the direction of the request."""
    yield "the client leg", exchange.client, exchange.ingress
    for attempt in exchange.attempts:
        yield "the upstream leg", attempt.egress, attempt.upstream


def _changes(who: str, first: Wire, second: Wire) -> Iterator[str]:
    ways = (
        ("request", first.request, second.request),
        ("response", second.response, first.response),
    )
    for kind, before, after in ways:
        if before and after:
            for name in _fields(before, after):
                one, other = before.values(name), after.values(name)
                if one != other:
                    yield f"{kind} {name}: {_verb(one, other)} by {who}"


def _fields(*messages: Message) -> list[str]:
    names = {name.lower(): name for message in messages for name, _ in message.headers}
    return [name for lower, name in names.items() if lower not in OWN_BUSINESS]


def _verb(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    if not after:
        return "removed"
    if not before:
        return "added"
    return "repeated" if len(after) > len(before) else "changed"


def blame(trace: Trace, finding: Finding, judges: Judges = "target") -> str:
    """Who broke it, where the contract judges this side: the target, if the field changed there,
    else the first hop at which it did, if there is one; the session service, whatever happened to
    its answer afterwards.
    """
    place = locate(trace, finding.at)
    if judges == "service" or (judges == "both" and _is_of_service(place, finding.at)):
        return SERVICE
    if not place or not finding.header:
        return TARGET
    values = hops(place, finding.header)
    near, far = values["ingress"], values["egress"]
    changed = near is not None and far is not None and near != far
    return TARGET if changed else culprit(values, place.response) or TARGET


def _is_of_service(place: Place | None, at: Message | None) -> bool:
    """It is a response as it came from behind the target."""
    found = place.messages() if place and place.response else {}
    return at is not None and any(at is found.get(tap) for tap in ("egress", "upstream"))
