"""The lenient reader against framing good and bad, and how a trace groups what it read."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.codings import decode
from contracts.http1 import Reader
from contracts.message import Message
from contracts.record import Connection, Declares, Io, Record, Way
from contracts.trace import Trace

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAMS = {
    "chunked": CHUNKED + b"3;note=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    "length, repeated": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nabcde",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nabcde",
    "mixed line ends": b"HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\nabcde",
    "bare LF in chunks": b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nabcde\n0\n\n",
    "blank line before": b"\r\nHTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nabcde",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    "keep-alive": 2 * (CHUNKED + b"5\r\nabcde\r\n0\r\n\r\n"),
}


def read(data: bytes, methods: list[str] | None = None, at: float = 1.0) -> Reader:
    reader = Reader("ingress", methods)
    reader.feed(at, data)
    return reader


def joined(message: Message | None) -> Message | None:
    """The message without the places where its body was cut."""
    if message is None:
        return None
    body = replace(message.chunks[0], data=message.body) if message.body else None
    return replace(message, chunks=(body,) if body else ())


def same_by_bytes(data: bytes, methods: list[str] | None) -> None:
    whole, apart = read(data, methods and [*methods]), Reader("ingress", methods)
    for number in range(len(data)):
        apart.feed(1.0, data[number : number + 1])
    assert [joined(m) for m in apart.messages] == [joined(m) for m in whole.messages]
    assert [m.first_line for m in apart.interim] == [m.first_line for m in whole.interim]
    assert joined(apart.pending()) == joined(whole.pending())


@pytest.mark.parametrize("name", STREAMS)
def test_legal_and_lenient_framing_is_read_whole(name: str) -> None:
    reader = read(STREAMS[name], ["POST", "POST"])
    assert {m.body for m in reader.messages} == {b"abcde"}
    assert all(m.complete and m.status == 200 for m in reader.messages)
    assert reader.pending() is None


@pytest.mark.parametrize("name", STREAMS)
def test_cutting_changes_nothing(name: str) -> None:
    same_by_bytes(STREAMS[name], ["POST", "POST"])


def test_keep_alive_carries_both_answers_and_interim_is_apart() -> None:
    assert len(read(STREAMS["keep-alive"], ["POST", "POST"]).messages) == 2
    assert [m.status for m in read(STREAMS["interim"], ["POST"]).interim] == [100]


def test_close_delimited_body_ends_with_fin_only() -> None:
    reader = read(b"HTTP/1.0 200 OK\r\n\r\nabc", ["GET"])
    pending = reader.pending()
    assert pending
    assert (pending.body, pending.framing, pending.complete) == (b"abc", "close", False)
    (message,) = reader.close(9.0)
    assert (message.body, message.ended) == (b"abc", 9.0)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        CHUNKED + b"5\r\nabc",
        CHUNKED + b"3\r\nabc\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\n",
    ],
)
def test_cut_body_is_never_complete(data: bytes) -> None:
    reader = read(data, ["POST"])
    assert reader.close(2.0) == []
    pending = reader.pending()
    assert pending
    assert (pending.body, pending.complete) == (b"abc", False)


@pytest.mark.parametrize("tail", [b"data: raw\n\n", b"3\r\nabcdef\r\n0\r\n\r\n"])
def test_broken_chunks_lose_no_bytes_and_never_complete(tail: bytes) -> None:
    reader = read(CHUNKED + tail, ["POST"])
    reader.close(2.0)
    pending = reader.pending()
    assert pending
    assert not pending.complete
    assert pending.body in (b"data: raw\n\n", b"abcdef\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", CHUNKED),
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("POST", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("POST", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_answer_without_a_body_leaves_the_next_one_alone(method: str, head: bytes) -> None:
    reader = read(head + STREAMS["length"], [method, "POST"])
    assert [m.body for m in reader.messages] == [b"", b"abcde"]


def test_headers_keep_case_order_and_repeats() -> None:
    lines = b"X-B: 1\r\nx-b:2\r\nFolded: a\r\n  b\r\nno colon\r\nX-Empty:\r\n"
    (message,) = read(b"GET /a?b HTTP/1.1\r\n" + lines + b"\r\n").messages
    assert message.headers == (
        ("X-B", "1"),
        ("x-b", "2"),
        ("Folded", "a b"),
        ("no colon", ""),
        ("X-Empty", ""),
    )
    assert (message.value("X-b"), message.method, message.target) == ("1, 2", "GET", "/a?b")


def test_pipelined_requests() -> None:
    post = b"POST /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
    reader = read(post + b"\r\nGET /2 HTTP/1.1\r\n\r\n" + post)
    assert [(m.method, m.body) for m in reader.messages] == [
        ("POST", b"hi"),
        ("GET", b""),
        ("POST", b"hi"),
    ]


def test_a_blank_line_is_not_the_beginning_of_a_request() -> None:
    reader = read(b"\r\n", at=1.0)
    (message,) = reader.feed(7.0, b"GET / HTTP/1.1\r\n\r\n")
    assert message.began == 7.0


def test_times_of_head_chunks_and_end() -> None:
    reader = Reader("egress", ["POST"])
    for at, data in enumerate([b"HTTP/1.1 200 OK\r\n", b"Content-Length: 4\r\n\r\nab", b"cd"]):
        reader.feed(float(at), data)
    (message,) = reader.messages
    assert (message.began, message.head_at, message.ended) == (0.0, 1.0, 2.0)
    assert [(chunk.at, chunk.data) for chunk in message.chunks] == [(1.0, b"ab"), (2.0, b"cd")]


HEADLIKE = st.lists(
    st.sampled_from(
        [
            *(b"HTTP/1.1 200 OK", b"HTTP/1.1 100 C", b"POST / HTTP/1.1", b"Content-Length: 3"),
            *(
                b"Transfer-Encoding: chunked",
                b"\r\n",
                b"\n",
                b"\r",
                b"\r\n\r\n",
                b"0",
                b"3",
                b"abc",
            ),
            *(b" ", b":", b"\xff\0", b"Content-Length: " + 5000 * b"9", b"HTTP/1.1 " + 5000 * b"1"),
        ]
    ),
    max_size=24,
).map(b"".join)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=80), HEADLIKE), st.sampled_from([None, ["HEAD", "POST"]]))
@example(b"\r\r\nGET / HTTP/1.1\r\n\r\n", None)
@example(b"HTTP/1.1 200 OK\r\nContent-Length: " + 5000 * b"9" + b"\r\n\r\n", ["POST"])
def test_any_bytes_are_read_the_same_in_any_cutting(data: bytes, methods: list[str] | None) -> None:
    same_by_bytes(data, methods and [*methods])


@settings(deadline=None)
@given(HEADLIKE)
def test_what_was_read_can_be_asked_anything(data: bytes) -> None:
    reader = read(data, ["POST"])
    for message in [*reader.messages, *reader.interim, *filter(None, [reader.pending()])]:
        assert message.status >= 0
        assert message.text is not None
        assert message.json() is None or message.body
        assert isinstance(message.method + message.target + message.media_type, str)


@pytest.mark.parametrize("head", [b"", CHUNKED], ids=["endless head", "endless chunk size"])
def test_reading_byte_by_byte_looks_at_each_byte_once(head: bytes) -> None:
    reader = read(head, ["POST"])
    reader.feed(1.0, 1000 * b"x")
    assert reader._scanned >= 998, "the next feed would search it all again"


GZIP = gzip.compress(b"one two three", mtime=0)


@pytest.mark.parametrize(
    ("body", "codings", "content"),
    [
        (GZIP, "gzip", b"one two three"),
        (GZIP + GZIP, "X-GZip", 2 * b"one two three"),
        (GZIP + b"\0\0", "gzip", b"one two three"),
        (GZIP[:5], "gzip", b""),
        (b"", "gzip", b""),
        (b"plain", "gzip", None),
        (b"plain", "deflate", None),
        (b"plain", "zstd", None),
        (b"data: one\n\ndata: two\n\n", "br", None),
        (b"plain", "made-up", None),
        (b"plain", "identity", b"plain"),
        (gzip.compress(GZIP, mtime=0), "gzip, gzip", b"one two three"),
    ],
)
def test_codings(body: bytes, codings: str, content: bytes | None) -> None:
    assert decode(body, codings) == content


ASK = b"POST /chat HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
REFRESH = b"GET /captcha HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


def wire(tap: str, *log: tuple[float, Way, bytes]) -> Connection:
    return Connection(tap, log[0][0], tuple(Io(at, way, data=data) for at, way, data in log))


def trace_of(*connections: Connection) -> Trace:
    return Trace.of(Record("t", "arena", "c", Declares(), connections=connections))


def test_what_a_request_caused_is_told_by_time() -> None:
    trace = trace_of(
        wire("client", (1, ">", ASK), (3, "<", OK), (5, ">", ASK), (9, "<", BUSY)),
        wire("ingress", (1.1, ">", ASK), (2.9, "<", OK), (5.1, ">", ASK), (8.9, "<", BUSY)),
        wire("egress", (1.2, ">", ASK), (2.8, "<", OK), (6.2, ">", ASK), (6.8, "<", OK)),
        wire("egress", (5.2, ">", ASK), (5.8, "<", BUSY), (6.0, ">", REFRESH), (6.1, "<", OK)),
        wire("upstream", (1.3, ">", ASK), (2.7, "<", OK), (6.3, ">", ASK), (6.7, "<", OK)),
        wire("elsewhere", (7.0, ">", ASK), (7.1, "<", OK)),
    )
    first, second = trace.exchanges
    assert [len(one.attempts) for one in (first, second)] == [1, 2]
    assert [a.egress.status for a in second.attempts] == [503, 200]
    assert [a.upstream and a.upstream.status for a in second.attempts] == [None, 200]
    assert [a.egress.request.target for a in second.auxiliaries] == ["/captcha"]
    assert (len(first.elsewhere), len(second.elsewhere)) == (0, 1)
    assert [one.response and one.response.status for one in (first, second)] == [200, 503]


def test_without_taps_on_the_legs_the_sides_of_the_target_stand_for_them() -> None:
    trace = trace_of(wire("ingress", (1, ">", ASK), (3, "<", OK)), wire("egress", (1.2, ">", ASK)))
    (one,) = trace.exchanges
    assert one.client.request == replace(one.client.request, tap="ingress")
    assert one.attempts[0].upstream == replace(one.attempts[0].egress, tap="upstream")
    assert one.attempts[0].egress.response is None


def test_reset_in_the_body_leaves_it_incomplete() -> None:
    reset = Io(4, "<", "rst")
    cut = wire("ingress", (1, ">", ASK), (3, "<", b"HTTP/1.1 200 OK\r\n\r\nabc"))
    ended = replace(cut, log=(*cut.log, Io(4, "<", "fin")))
    for connection, complete in [(replace(cut, log=(*cut.log, reset)), False), (ended, True)]:
        (one,) = trace_of(connection).exchanges
        assert one.response
        assert (one.response.body, one.response.complete) == (b"abc", complete)
