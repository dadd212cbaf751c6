"""What the taps recorded in one run, immutable, and the view of it that contracts judge.

A `Record` is plain data (JSON both ways). `Trace` parses it once: client requests become
exchanges, and under each the attempts that the target made upstream because of it. One case is
in flight at a time, so what belongs together is told by order in time, and where streams overlap by
a nonce inside the message, never by a header that a proxy may strip. Times are seconds since the
run began; sizes are bytes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contracts.message import Message
from contracts.record import Ask, Declares, Record
from contracts.wires import Wire, Wires, wires

TAPS = ("client", "ingress", "egress", "upstream")
ELSEWHERE = "elsewhere"  # the second origin, where a redirect leads
_NONCE = re.compile(rb"(?<![~0-9a-f])[0-9a-f]{8,12}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One upstream request of the target; `upstream` is None if nothing of it got there."""

    number: int
    egress: Wire
    upstream: Wire | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One client request and all that it caused.

    `attempts` are the requests made for it with its own method, `auxiliaries` the others
    (token refresh), `elsewhere` what reached the second origin.
    """

    number: int
    ask: Ask
    client: Wire
    ingress: Wire | None = None
    attempts: tuple[Attempt, ...] = ()
    auxiliaries: tuple[Attempt, ...] = ()
    elsewhere: tuple[Wire, ...] = ()

    @property
    def egress(self) -> Wire | None:
        """The wire of the last attempt."""
        return self.attempts[-1].egress if self.attempts else None

    @property
    def response(self) -> Message | None:
        """What the target answered: the response at ingress."""
        return self.ingress.response if self.ingress else None

    @property
    def upstream_requests(self) -> tuple[Message, ...]:
        """Every request at egress, token refresh included."""
        return tuple(attempt.egress.request for attempt in (*self.attempts, *self.auxiliaries))


@dataclass(frozen=True, slots=True)
class Trace:
    """A record with its HTTP view."""

    record: Record
    exchanges: tuple[Exchange, ...] = field(default=())

    @classmethod
    def of(cls, record: Record) -> "Trace":
        return cls(record, _exchanges(record))

    @property
    def declares(self) -> Declares:
        return self.record.declares

    @property
    def bridge(self) -> bool:
        return self.record.dialect in ("arena", "openai")

    def chats(self) -> Iterator[Exchange]:
        """Exchanges that the client meant to be answered and that the target saw."""
        return (e for e in self.exchanges if e.ask.intent == "chat" and e.ingress)

    def secrets_of(self, *kinds: str) -> tuple[str, ...]:
        return tuple(s.value for s in self.record.secrets if not kinds or s.kind in kinds)


def _exchanges(record: Record) -> tuple[Exchange, ...]:
    ingress = wires(record, "ingress")
    client = _outer(record, "client", ingress)
    asks = _asks(record, client)
    nonces = {ask.nonce: number for number, ask in enumerate(asks) if ask.nonce}
    egress = wires(record, "egress")
    taps = (ingress, egress, _outer(record, "upstream", egress), wires(record, ELSEWHERE))
    shared = [_shared(children, client, nonces) for children in taps]
    return tuple(
        _exchange(number, asks[number], one, *(mine[number] for mine in shared))
        for number, one in enumerate(client)
    )


def _exchange(
    number: int,
    ask: Ask,
    client: Wire,
    ingress: Wires,
    egress: Wires,
    upstream: Wires,
    elsewhere: Wires,
) -> Exchange:
    behind = _attempts(egress, upstream)
    mine = [a for a in behind if a[0].request.method == client.request.method]
    others = [a for a in behind if a[0].request.method != client.request.method]
    near = ingress[0] if ingress else None
    return Exchange(number, ask, client, near, _numbered(mine), _numbered(others), tuple(elsewhere))


def _asks(record: Record, client: Wires) -> list[Ask]:
    """What was meant by each client request: told by the nonce, or by order."""
    named = {ask.nonce: ask for ask in record.asks if ask.nonce}
    others = iter([ask for ask in record.asks if not ask.nonce])
    return [
        named[found] if (found := _nonce_in(one, named)) else next(others, Ask(stream=True))
        for one in client
    ]


def _shared(children: Wires, parents: Wires, nonces: Mapping[str, int]) -> list[list[Wire]]:
    """The children of each parent: told by the nonce, or by the time."""
    shares: list[list[Wire]] = [[] for _ in parents]
    named = {*nonces.values()}
    others = [number for number in range(len(parents)) if number not in named]
    for child in children:
        found = _nonce_in(child, nonces)
        owner = nonces[found] if found else _running(parents, others, child.request.began)
        if owner >= 0:
            shares[owner].append(child)
    return shares


def _running(parents: Wires, others: Sequence[int], at: float) -> int:
    """Who began last before then: of those without a nonce, if it still ran; -1: nobody."""
    nearest = bisect_right(others, at, key=lambda number: parents[number].request.began) - 1
    if nearest >= 0 and parents[others[nearest]].over >= at:
        return others[nearest]
    return bisect_right(parents, at, key=lambda parent: parent.request.began) - 1


def _nonce_in(wire: Wire, known: Iterable[str]) -> str:
    """The nonce that stands alone in the request's body; in a marker it belongs to content."""
    if not known:
        return ""
    words = {word.decode() for word in _NONCE.findall(wire.request.body)}
    return next((word for word in words if word in known), "")


def _outer(record: Record, tap: str, inner: Wires) -> Wires:
    """The outer tap of a leg; where no fault stands on the leg, it saw what the inner one saw."""
    own = wires(record, tap)
    if own or any(fault.where == f"{tap} leg" for fault in record.faults):
        return own
    return tuple(replace(wire, tap=tap) for wire in inner)


def _attempts(egress: Wires, upstream: Wires) -> list[tuple[Wire, Wire | None]]:
    shares = _shared(upstream, egress, {})
    return [(wire, near[0] if near else None) for wire, near in zip(egress, shares, strict=True)]


def _numbered(pairs: Sequence[tuple[Wire, Wire | None]]) -> tuple[Attempt, ...]:
    return tuple(Attempt(number, *pair) for number, pair in enumerate(pairs))
