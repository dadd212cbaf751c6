"""What the taps recorded in one run, immutable, and the view of it that contracts judge.

A `Record` is plain data (JSON both ways). `Trace` parses it once: client requests become
exchanges, and under each the attempts that the target made upstream because of it. One case is
in flight at a time, so what belongs together is told by order in time, never by a header that a
proxy may strip. Times are seconds since the run began; sizes are bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from contracts.http1 import Message, Reader

TAPS = ("client", "ingress", "egress", "upstream")
ELSEWHERE = "elsewhere"  # the second origin, where a redirect leads

Way = Literal[">", "<"]
Intent = Literal["chat", "bad_request", "bad_credential"]


@dataclass(frozen=True, slots=True)
class Io:
    """One read or write: `>` towards the upstream, `<` towards the client."""

    at: float
    way: Way
    kind: Literal["data", "fin", "rst"] = "data"
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection at one tap."""

    tap: str
    opened: float
    log: tuple[Io, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """The upstream waited for a marker to pass the ingress tap (`head`: for any response byte)."""

    marker: str
    waited: float
    opened: float | None = None
    missed: float | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision of the edge; `rule` is empty when it let the request pass."""

    at: float
    rule: str
    status: int


@dataclass(frozen=True, slots=True)
class FaultNote:
    """A fault of the run: kind, where it acts (client, client leg, ...), and with what."""

    kind: str
    where: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the client meant by a request: whether to stream, and if it was meant to be refused."""

    stream: bool
    intent: Intent = "chat"
    stream_flag: Literal["true", "false", "omitted"] = "true"
    seen: tuple[str, ...] = ()  # events as the typical client delivered them
    gave_up: float | None = None  # seconds, when the client's deadline passed without an end


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not show, and what it is (`client_key`, `auth_token`, `clearance`)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Declared time limits in seconds; 0: none."""

    idle: float = 0
    total: float = 0
    keepalive: float = 0
    drain: float = 0


@dataclass(frozen=True, slots=True)
class Declares:
    """What the target promises; contracts judge it by this."""

    user_agent: str = "forward"  # forward | browser | "fixed: ..."
    max_attempts: int = 1  # upstream requests for one client request
    limits: Limits = Limits()
    upstreams: int = 1
    own_cors: bool = False
    holds_sessions: bool = False
    credential_headers: tuple[str, ...] = ()  # client credentials that may pass upstream
    credentials: int = 1  # upstream credentials it can rotate
    captcha_path: str = ""  # where it asks for captcha tokens; empty: it does not
    max_body: int = 0  # bytes of a client request; 0: not declared


@dataclass(frozen=True, slots=True)
class Record:
    """All that one run left, as data."""

    target: str
    dialect: str
    case: str
    declares: Declares
    defect: str = ""
    patience: float = 0.5
    asks: tuple[Ask, ...] = ()
    faults: tuple[FaultNote, ...] = ()
    connections: tuple[Connection, ...] = ()
    gates: tuple[Gate, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    secrets: tuple[Secret, ...] = ()
    clearances: tuple[tuple[str, str], ...] = ()  # clearance cookie, the User-Agent it is bound to
    log: tuple[str, ...] = ()  # lines that the target logged during the run


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
