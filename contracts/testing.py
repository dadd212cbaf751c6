"""Traces written by hand, for the holding and the breaking example next to each contract.

    HOLDS = trial(call(sent({"User-Agent": BROWSER})))
    BREAKS = trial(call(sent({"User-Agent": "python-httpx/0.28.1"})))

A call is one client request: what the client asks, the attempts that the target makes for it,
and what the client gets. Times are a counter, so order is all that an example can say, unless it
gives `at` (seconds).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from contracts.message import Chunk, Message
from contracts.record import ActNote, Ask, Connection, Declares, Gate, Record, Secret
from contracts.trace import Attempt, Exchange, Trace
from contracts.wires import Wire

Headers = Mapping[str, str] | Sequence[tuple[str, str]]

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"
CHAT = "POST /v1/chat/completions HTTP/1.1"
COOKIES = "cf_clearance=clear-1; arena-auth-prod-v1=auth-1"
PIECES = b'a0:"~abcdef-0~ one"\na0:"~abcdef-1~ two"\nad:{"finishReason":"stop"}\n'
EVENTS = b"data: ~abcdef-0~ one\n\ndata: ~abcdef-1~ two\n\ndata: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an example; `at` overrides the counter (seconds)."""

    first_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float | None
    cut: bool = False
    until: float | None = None
    instance: int = 1


def sent(
    headers: Headers = (),
    body: bytes | object = b"",
    *,
    line: str = CHAT,
    at: float | None = None,
    instance: int = 1,
) -> Part:
    """A request; a body that is not bytes is written as JSON. `instance`: where it led to."""
    return replace(_part(line, headers, body, at), instance=instance)


def got(
    status: int = 200,
    headers: Headers = (),
    body: bytes | object = b"",
    *,
    at: float | None = None,
    cut: bool = False,
    until: float | None = None,
) -> Part:
    """A response; `cut`: it broke off before the end that its framing promised, and its connection
    with it. `until`: when it ended or broke off (seconds), if that is not when it began.
    """
    part = _part(f"HTTP/1.1 {status} Status", headers, body, at)
    return replace(part, cut=cut, until=until)


def _part(line: str, headers: Headers, body: bytes | object, at: float | None) -> Part:
    pairs = tuple(headers.items() if isinstance(headers, Mapping) else headers)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Part(line, pairs, content, at)


@dataclass(frozen=True, slots=True)
class Call:
    """One client request with its attempts, each a pair of what went up and what came back."""

    ask: Ask
    asks: Part
    attempts: tuple[tuple[Part, Part | None], ...]
    gets: Part | None
    auxiliaries: tuple[tuple[Part, Part | None], ...]
    elsewhere: tuple[Part, ...]


def call(
    *attempts: Part | tuple[Part, Part | None],
    asks: Part | None = None,
    gets: Part | None = None,
    ask: Ask | None = None,
    auxiliaries: Iterable[tuple[Part, Part | None]] = (),
    elsewhere: Iterable[Part] = (),
) -> Call:
    """An attempt without an answer is answered 200; without `gets` the client gets 200."""
    made = tuple(a if isinstance(a, tuple) else (a, got()) for a in attempts)
    wanted = ask or Ask(stream=True)
    return Call(wanted, asks or sent(), made, gets or got(), tuple(auxiliaries), tuple(elsewhere))


def trial(
    *calls: Call,
    dialect: str = "arena",
    declares: Declares | None = None,
    gates: Sequence[Gate] = (),
    secrets: Sequence[Secret] = (),
    clearances: Sequence[tuple[str, str]] = (),
    log: Sequence[str] = (),
    connections: Sequence[Connection] = (),
    acts: Sequence[ActNote] = (),
) -> Trace:
    """A trace of these calls; a target that declares nothing else is browser-like, 3 attempts."""
    promised = declares or (
        Declares(user_agent="browser", max_attempts=3, credentials=3)
        if dialect in ("arena", "openai")
        else Declares()
    )
    record = Record(
        "example",
        dialect,
        "example",
        promised,
        asks=tuple(one.ask for one in calls),
        gates=tuple(gates),
        secrets=tuple(secrets),
        clearances=tuple(clearances),
        log=tuple(log),
        connections=tuple(connections),
        acts=tuple(acts),
    )
    ticks = count(1)
    return Trace(record, tuple(_exchange(n, one, ticks) for n, one in enumerate(calls)))


def _exchange(number: int, one: Call, ticks: "count[int]") -> Exchange:
    ingress = _wire("ingress", one.asks, None, ticks)
    extra = tuple(_attempt(n, pair, ticks) for n, pair in enumerate(one.auxiliaries))
    attempts = tuple(_attempt(n, pair, ticks) for n, pair in enumerate(one.attempts))
    elsewhere = tuple(_wire("elsewhere", part, None, ticks) for part in one.elsewhere)
    if one.gets:
        ingress = _answered(ingress, one.gets, ticks)
    client = replace(ingress, tap="client")
    return Exchange(number, one.ask, client, ingress, attempts, extra, elsewhere)


def _attempt(number: int, pair: tuple[Part, Part | None], ticks: "count[int]") -> Attempt:
    wire = _wire("egress", *pair, ticks)
    return Attempt(number, wire, replace(wire, tap="upstream"))


def _wire(tap: str, up: Part, down: Part | None, ticks: "count[int]") -> Wire:
    made = Wire(tap, _message(up, tap, ticks), instance=up.instance)
    return _answered(made, down, ticks) if down else made


def _answered(wire: Wire, part: Part, ticks: "count[int]") -> Wire:
    answer = _message(part, wire.tap, ticks)
    closed = (answer.began if part.until is None else part.until) if part.cut else None
    return replace(wire, response=answer, closed=closed)


def _message(part: Part, tap: str, ticks: "count[int]") -> Message:
    at = part.at if part.at is not None else float(next(ticks))
    chunks = (Chunk(at, part.body),) if part.body else ()
    ended = None if part.cut else at if part.until is None else part.until
    return Message(tap, part.first_line, part.headers, chunks, at, at, ended, "length")
