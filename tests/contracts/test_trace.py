"""Overlapping exchanges are told apart by the nonce in the message, others by order in time."""

from contracts.record import Ask, Connection, Declares, Io, Record
from contracts.trace import Trace

FIRST, SECOND = "abc12300", "abc12301"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


def request(body: str, method: str = "POST") -> bytes:
    head = f"{method} / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def connection(
    tap: str, asked: bytes, at: float, answer: bytes, *, closed: float = 0
) -> Connection:
    log = [Io(at, ">", "data", asked), Io(at + 10, "<", "data", answer)]
    return Connection(tap, at, tuple([*log, Io(closed, "<", "fin")] if closed else log))


def trace(*connections: Connection, asks: tuple[Ask, ...]) -> Trace:
    return Trace.of(Record("x", "transparent", "x", Declares(), asks=asks, connections=connections))


def test_overlapping_requests_find_their_attempts_by_nonce() -> None:
    one, two = request(f"say {FIRST}"), request(f"say {SECOND}")
    made = trace(
        connection("ingress", one, 1, ANSWER + b"11"),
        connection("ingress", two, 2, ANSWER + b"22"),
        connection("egress", two, 3, ANSWER + b"22"),
        connection("egress", one, 4, ANSWER + b"11"),
        asks=(Ask(True, nonce=FIRST), Ask(True, nonce=SECOND)),
    )
    bodies = [
        (e.response and e.response.body, e.egress and e.egress.response) for e in made.exchanges
    ]
    assert [(ours, theirs and theirs.body) for ours, theirs in bodies] == [
        (b"11", b"11"),
        (b"22", b"22"),
    ]


def test_the_asks_follow_their_nonces() -> None:
    made = trace(
        connection("ingress", request(f"say {SECOND}"), 1, ANSWER + b"22"),
        connection("ingress", request("plain", "PUT"), 2, ANSWER + b"00"),
        connection("ingress", request(f"say {FIRST}"), 3, ANSWER + b"11"),
        asks=(Ask(True, nonce=FIRST), Ask(False), Ask(True, nonce=SECOND)),
    )
    assert [one.ask.nonce for one in made.exchanges] == [SECOND, "", FIRST]


def test_a_marker_of_another_stream_is_no_nonce() -> None:
    """An update sends the text of a stream back, with the markers in it."""
    stream, update = request(f"say {FIRST}"), request(f"it said ~{FIRST}01-0~")
    made = trace(
        connection("ingress", stream, 1, ANSWER + b"11"),
        connection("ingress", update, 30, ANSWER + b"22"),
        connection("egress", update, 31, ANSWER + b"22"),
        asks=(Ask(True, nonce=FIRST), Ask(False)),
    )
    assert [len(one.attempts) for one in made.exchanges] == [0, 1]


def test_an_exchange_is_over_when_it_ended_or_broke_off() -> None:
    whole = connection("ingress", request("one"), 1, ANSWER + b"11", closed=50)
    cut = connection("ingress", request("two"), 100, ANSWER + b"2", closed=120)
    hangs = connection("ingress", request("three"), 200, ANSWER + b"3")
    made = trace(whole, cut, hangs, asks=(Ask(True),) * 3)
    assert [one.ingress and one.ingress.over for one in made.exchanges] == [11, 120, float("inf")]
