"""What the taps recorded in one run, immutable, and the view of it that contracts judge.

A `Record` is plain data (JSON both ways). `Trace` parses it once: client requests become
exchanges, and under each the attempts that the target made upstream because of it. One case is
in flight at a time, so what belongs together is told by order in time, never by a header that a
proxy may strip. Times are seconds since the run began; sizes are bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from contracts.http1 import Reader
from contracts.message import Message
from contracts.record import Ask, Connection, Declares, Record, Way

TAPS = ("client", "ingress", "egress", "upstream")
ELSEWHERE = "elsewhere"  # the second origin, where a redirect leads


@dataclass(frozen=True, slots=True)
class Wire:
    """A request and its response at one tap; the response is None if its head never came."""

    tap: str
    request: Message
    response: Message | None = None

    @property
    def status(self) -> int:
        return self.response.status if self.response else 0


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
    egress = wires(record, "egress")
    upstream = _outer(record, "upstream", egress)
    elsewhere = wires(record, ELSEWHERE)
    found = []
    for number, (one, (start, end)) in enumerate(zip(client, _windows(client), strict=True)):
        ask = record.asks[number] if number < len(record.asks) else Ask(stream=True)
        near = _within(ingress, start, end)
        behind = _attempts(_within(egress, start, end), _within(upstream, start, end))
        mine = [a for a in behind if a[0].request.method == one.request.method]
        others = [a for a in behind if a[0].request.method != one.request.method]
        found.append(
            Exchange(
                number,
                ask,
                one,
                near[0] if near else None,
                _numbered(mine),
                _numbered(others),
                _within(elsewhere, start, end),
            )
        )
    return tuple(found)


def _outer(record: Record, tap: str, inner: tuple[Wire, ...]) -> tuple[Wire, ...]:
    """The outer tap of a leg; where no fault stands on the leg, it saw what the inner one saw."""
    own = wires(record, tap)
    if own or any(fault.where == f"{tap} leg" for fault in record.faults):
        return own
    return tuple(replace(wire, tap=tap) for wire in inner)


def _attempts(egress: Sequence[Wire], upstream: Sequence[Wire]) -> list[tuple[Wire, Wire | None]]:
    attempts = []
    for wire, (start, end) in zip(egress, _windows(egress), strict=True):
        there = _within(upstream, start, end)
        attempts.append((wire, there[0] if there else None))
    return attempts


def _numbered(pairs: Sequence[tuple[Wire, Wire | None]]) -> tuple[Attempt, ...]:
    return tuple(Attempt(number, *pair) for number, pair in enumerate(pairs))


def _windows(parents: Sequence[Wire]) -> list[tuple[float, float]]:
    starts = [wire.request.began for wire in parents]
    return list(pairwise([*starts, float("inf")]))


def _within(children: Sequence[Wire], start: float, end: float) -> tuple[Wire, ...]:
    return tuple(wire for wire in children if start <= wire.request.began < end)


def wires(record: Record, tap: str) -> tuple[Wire, ...]:
    """The request and response pairs of a tap, by the time at which the request began."""
    found = [w for c in record.connections if c.tap == tap for w in wires_of(c)]
    return tuple(sorted(found, key=lambda wire: wire.request.began))


def wires_of(connection: Connection) -> Iterator[Wire]:
    """The request and response pairs of one connection, in order."""
    requests = _read(connection, ">", None)
    responses = _read(connection, "<", [request.method for request in requests])
    for number, request in enumerate(requests):
        answered = responses[number] if number < len(responses) else None
        yield Wire(connection.tap, request, answered)


def _read(connection: Connection, way: Way, methods: list[str] | None) -> list[Message]:
    reader = Reader(connection.tap, methods)
    for io in connection.log:
        if io.way == way and io.kind == "data":
            reader.feed(io.at, io.data)
        elif io.way == way and io.kind == "fin":
            reader.close(io.at)
    rest = reader.pending()
    return [*reader.messages, rest] if rest else reader.messages
