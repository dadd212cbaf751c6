"""The hop at which a field changes is the one that is blamed, in the direction of travel."""

from itertools import pairwise

import pytest

from contracts.blame import HOPS, Place, blame, culprit, hops, legs, locate
from contracts.message import Message
from contracts.record import Ask, Connection, Declares, Io, Record
from contracts.trace import TAPS, Attempt, Exchange, Trace
from contracts.verdict import Finding
from contracts.wires import Wire

NAME = "X-Id"
Values = tuple[str, ...] | None
A, B = ("a",), ("b",)


def message(tap: str, line: str, values: tuple[str, ...], *more: tuple[str, str]) -> Message:
    return Message(tap, line, (*((NAME, value) for value in values), *more))


def trace(requests: dict[str, Values], responses: dict[str, Values] | None = None) -> Trace:
    """One exchange with these values of one field at each tap; None: nothing came there."""
    wires: dict[str, Wire | None] = {}
    for tap in TAPS:
        up, down = requests.get(tap), (responses or {}).get(tap)
        asked = None if up is None else message(tap, "POST / HTTP/1.1", up)
        got = None if down is None else message(tap, "HTTP/1.1 200 OK", down)
        wires[tap] = Wire(tap, asked, got) if asked else None
    client, ingress, egress, upstream = (wires[tap] for tap in TAPS)
    assert client
    attempts = (Attempt(0, egress, upstream),) if egress else ()
    one = Exchange(0, Ask(stream=True), client, ingress, attempts)
    return Trace(Record("t", "arena", "c", Declares()), (one,))


def at(*values: Values) -> dict[str, Values]:
    return dict(zip(TAPS, values, strict=True))


@pytest.mark.parametrize(
    ("values", "who"),
    [
        (at(A, A, A, A), ""),
        (at(A, B, B, B), "the client leg"),
        (at(A, A, B, B), "the target"),
        (at(A, A, A, B), "the upstream leg"),
        (at(A, A, (), ()), "the target"),
        (at(A, A, ("a", "a"), ("a", "a")), "the target"),
        (at((), (), A, ()), "the target"),
        (at(A, B, A, B), "the client leg"),
        (at(A, A, None, None), ""),
        (at(A, A, B, None), "the target"),
        (at(A, None, B, B), ""),
    ],
)
def test_a_request_is_blamed_from_the_client_on(values: dict[str, Values], who: str) -> None:
    assert culprit(values, response=False) == who


@pytest.mark.parametrize(
    ("values", "who"),
    [
        (at(A, A, A, A), ""),
        (at(A, B, B, B), "the client leg"),
        (at(A, A, B, B), "the target"),
        (at(A, A, A, B), "the upstream leg"),
        (at(B, A, B, A), "the upstream leg"),
        (at((), (), A, A), "the target"),
        (at(A, A, None, None), ""),
    ],
)
def test_a_response_is_blamed_from_the_upstream_on(values: dict[str, Values], who: str) -> None:
    assert culprit(values, response=True) == who


@pytest.mark.parametrize("tap", TAPS)
@pytest.mark.parametrize("response", [True, False])
def test_a_message_is_found_with_its_counterparts(tap: str, response: bool) -> None:
    made = trace(at(A, A, B, ()), at(A, B, ("c", "d"), ()))
    (one,) = made.exchanges
    wires = {
        "client": one.client,
        "ingress": one.ingress,
        "egress": one.attempts[0].egress,
        "upstream": one.attempts[0].upstream,
    }
    wire = wires[tap]
    assert wire
    place = locate(made, wire.response if response else wire.request)
    assert place == Place(one, one.attempts[0], response)
    wanted = at(A, B, ("c", "d"), ()) if response else at(A, A, B, ())
    assert hops(place, NAME.lower()) == wanted


def test_what_never_came_is_none_and_what_is_foreign_is_nowhere() -> None:
    made = trace(at(A, A, None, None))
    place = locate(made, made.exchanges[0].client.request)
    assert place
    assert hops(place, NAME) == at(A, A, None, None)
    assert locate(made, None) is None
    assert locate(made, message("egress", "POST / HTTP/1.1", A)) is None


def test_the_target_is_guilty_where_no_hop_shows_another() -> None:
    made = trace(at(A, A, A, ()))
    (one,) = made.exchanges
    request = one.attempts[0].egress.request
    assert blame(made, Finding(request, "x", "y", header=NAME)) == "the upstream leg"
    assert blame(made, Finding(request, "x", "y")) == "the target"
    assert blame(made, Finding(None, "x", "y", header=NAME)) == "the target"
    assert blame(made, Finding(request, "x", "y", header="Absent")) == "the target"


@pytest.mark.parametrize(
    ("requests", "responses", "clauses"),
    [
        (at(A, A, B, B), at(A, A, B, B), []),
        (at(A, A, A, ()), at(A, A, A, A), ["request X-Id: removed by the upstream leg"]),
        (at((), A, A, A), at(A, A, A, A), ["request X-Id: added by the client leg"]),
        (
            at(A, A, A, ("a", "a")),
            at(A, A, A, A),
            ["request X-Id: repeated by the upstream leg"],
        ),
        (at(A, A, A, A), at(B, A, A, A), ["response X-Id: changed by the client leg"]),
        (at(A, A, A, A), at(A, A, (), A), ["response X-Id: removed by the upstream leg"]),
        (
            at(A, B, B, A),
            at(A, A, A, A),
            [
                "request X-Id: changed by the client leg",
                "request X-Id: changed by the upstream leg",
            ],
        ),
    ],
)
def test_what_the_legs_did_is_told_in_clauses(
    requests: dict[str, Values], responses: dict[str, Values], clauses: list[str]
) -> None:
    assert list(legs(trace(requests, responses))) == clauses


def test_a_clause_is_told_once_over_many_attempts_and_never_of_framing() -> None:
    log = {
        "egress": b"POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nContent-Length: 0\r\n\r\n",
        "upstream": b"POST / HTTP/1.1\r\nHost: b\r\nVia: 1\r\nContent-Length: 0\r\n\r\n",
    }
    taps = (
        Connection("ingress", 0, (Io(0, ">", "data", log["egress"]),)),
        *(
            Connection(tap, at, (Io(at + late, ">", "data", data),))
            for at in (1.0, 2.0)
            for late, (tap, data) in zip((0, 0.1), log.items(), strict=True)
        ),
    )
    made = Trace.of(Record("t", "arena", "c", Declares(), connections=taps))
    assert len(made.exchanges[0].attempts) == 2
    assert list(legs(made)) == ["request User-Agent: removed by the upstream leg"]


def test_hops_name_each_pair_of_neighbours() -> None:
    assert [(first, second) for first, second, _ in HOPS] == list(pairwise(TAPS))
