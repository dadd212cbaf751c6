"""The judge's own reader, held against the standard's rules, an oracle, and every cutting."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import SupportsIndex

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts import event_stream
from contracts.event_stream import BOM, MAX_RETRY, Comment, Event, EventStream

Fields = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Vector:
    """A body and all that a reader must make of it: events as (type, data, last id)."""

    name: str
    body: bytes
    events: list[Fields] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    retry: int | None = None
    rest: bytes = b""
    last_id: str = ""


def m(data: str, last_id: str = "") -> Fields:
    return ("message", data, last_id)


V = Vector
VECTORS = [
    # 9.2.6, the standard's own examples
    V("stocks", b"data: YHOO\ndata: +2\ndata: 10\n\n", [m("YHOO\n+2\n10")]),
    V(
        "four blocks",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
        [m("first event", "1"), m("second event")],
        [" test stream"],
        rest=b"data:  third event",
    ),
    V("empty and newline", b"data\n\ndata\ndata\n\ndata:", [m(""), m("\n")], rest=b"data:"),
    V("space or none", b"data:test\n\ndata: test\n\n", [m("test"), m("test")]),
    # 9.2.5, line ends
    V("nothing", b""),
    V("LF", b"data: a\n\ndata: b\n\n", [m("a"), m("b")]),
    V("CR", b"data: a\r\rdata: b\r\r", [m("a"), m("b")]),
    V("CRLF", b"data: a\r\n\r\ndata: b\r\n\r\n", [m("a"), m("b")]),
    V("LF then CR is two ends", b"data: a\n\rdata: b\n\r", [m("a"), m("b")]),
    V("CRLF then LF", b"data: a\r\n\ndata: b\r\n\n", [m("a"), m("b")]),
    V("CR CRLF", b"data: a\r\r\ndata: b\n\n", [m("a"), m("b")]),
    V("CRLF is one end", b"data: a\r\ndata: b\r\n\r\n", [m("a\nb")]),
    V("dispatched at the last CR", b"data: a\r\n\r", [m("a")]),
    V("only blank lines", b"\n\r\r\n\n\r\n"),
    V("LF first", b"\ndata: a\n\n", [m("a")]),
    V(
        "only CR and LF end lines",
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei\n\n".encode(),
        [m("a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei")],
    ),
    V("literal backslash n", rb"data: a\n\n", rest=rb"data: a\n\n"),
    # UTF-8 decode
    V("BOM", BOM + b"event: e\ndata: a\n\n", [("e", "a", "")]),
    V("second BOM is text", BOM + BOM + b"data: a\n\n"),
    V("BOM later is text", b"\n" + BOM + b"data: a\n\n"),
    V("BOM in data", b"data:" + BOM + b"a\n\n", [m("\ufeffa")]),
    V("BOM alone", BOM),
    V("half a BOM", BOM[:2], rest=BOM[:2]),
    V("BOM then blank", BOM + b"\ndata: a\n\n", [m("a")]),
    V("BOM then CRLF", BOM + b"\r\ndata: a\n\n", [m("a")]),
    V("BOM then comment", BOM + b":c\n\n", comments=["c"]),
    V("UTF-16 BOM", b"\xff\xfedata: a\n\n"),
    V("CJK and emoji", "data: 汉字 é 👩‍👩‍👧\n\n".encode(), [m("汉字 é 👩‍👩‍👧")]),
    V("stray continuation", b"data: \x80a\xbf\n\n", [m("\ufffda\ufffd")]),
    V("maximal subpart of three", b"data: \xe2\x82a\n\n", [m("\ufffda")]),
    V("maximal subpart of four", b"data: \xf0\x9f\x92\xf0\x9f\n\n", [m("\ufffd\ufffd")]),
    V("overlong", b"data: \xc0\xaf\xe0\x80\xaf\n\n", [m("\ufffd" * 5)]),
    V("surrogate", b"data: \xed\xa0\x80\n\n", [m("\ufffd" * 3)]),
    V("beyond U+10FFFF", b"data: \xf4\x90\x80\x80\xf5\n\n", [m("\ufffd" * 5)]),
    V("character cut by a line end", b"data: \xe2\x82\n\xac\n\n", [m("\ufffd")]),
    V("invalid field name", b"data\xff: a\n\n"),
    # 9.2.6, comments
    V("comment", b": OPENROUTER PROCESSING\n\n", comments=[" OPENROUTER PROCESSING"]),
    V("empty comment", b":\n\n", comments=[""]),
    V("comment holds a field", b"::data: a\n:data: b\n\n", comments=[":data: a", "data: b"]),
    V("comment inside an event", b"data: a\n:c\ndata: b\n\n", [m("a\nb")], ["c"]),
    V(
        "comments do not end blocks",
        b":1\ndata: a\n:2\n",
        [],
        ["1", "2"],
        rest=b":1\ndata: a\n:2\n",
    ),
    V("cut comment", b":c", rest=b":c"),
    V("comment with CRLF", b":c\r\n\r\n", comments=["c"]),
    # 9.2.6, fields
    V("exactly one space", b"data:  a \n\n", [m(" a ")]),
    V("a tab is no space", b"data:\ta\n\n", [m("\ta")]),
    V("only a space", b"data: \n\n", [m("")]),
    V("colons in the value", b'data: {"a":1}:\n\n', [m('{"a":1}:')]),
    V("trailing empty line of data", b"data: x\ndata:\n\n", [m("x\n")]),
    V("NUL in data", b"data: a\0b\n\n", [m("a\0b")]),
    V("names have case", b"Data: a\nDATA: b\n\n"),
    V("space before the name", b" data: a\n\n"),
    V("space after the name", b"data : a\n\n"),
    V("unknown field", b"foo: a\nfoo\ndata: b\n\n", [m("b")]),
    V("event", b"event: e\ndata: a\n\ndata: b\n\n", [("e", "a", ""), m("b")]),
    V("event after data", b"data: a\nevent: e\n\n", [("e", "a", "")]),
    V("last event wins", b"event: e\nevent:f\ndata: a\n\n", [("f", "a", "")]),
    V("empty event", b"event: e\nevent\ndata: a\n\n", [m("a")]),
    V("no data resets the type", b"event: e\n\ndata: a\n\n", [m("a")]),
    V("id persists", b"id: 1\ndata: a\n\ndata: b\n\n", [m("a", "1"), m("b", "1")], last_id="1"),
    V("id without data", b"id: 1\n\ndata: a\n\n", [m("a", "1")], last_id="1"),
    V("keep-alive id is no event", b"id: 1\n\n", last_id="1"),
    V("empty id", b"id: 1\n\nid\ndata: a\n\n", [m("a")]),
    V("id with NUL", b"id: 1\nid: 2\0\ndata: a\n\n", [m("a", "1")], last_id="1"),
    V("id of a cut block", b"id: 1\n\nid: 2\n", rest=b"id: 2\n", last_id="1"),
    V("id after a cut character", b"id: \xe2\x82\n\n", last_id="\ufffd"),
    V("retry", b"retry: 3000\n\n", retry=3000),
    V("retry needs no blank line", b"retry:5\n", retry=5, rest=b"retry:5\n"),
    V("retry zeros", b"retry: 007\nretry: 000\n\n", retry=0),
    V("bad retries", b"retry:1\nretry:-2\nretry:3.0\nretry:4s\nretry:  5\nretry:6 \n\n", retry=1),
    V("empty retry", b"retry: 1\nretry:\nretry\nretry: \n\n", retry=1),
    V("retry of other digits", "retry: ٣\nretry: ²\nretry: １\n\n".encode()),
    V("endless retry", b"retry: " + b"9" * 5000 + b"\n\n", retry=MAX_RETRY),
    V("many zeros in retry", b"retry: " + b"0" * 5000 + b"12\n\n", retry=12),
    # the end of the input
    V("no blank line", b"data: a\n", rest=b"data: a\n"),
    V("no line end", b"data: a\n\ndata: b", [m("a")], rest=b"data: b"),
    V("cut in CRLF", b"data: a\r", rest=b"data: a\r"),
    V("rest keeps its line ends", b"\n\ndata: a\r\nid: 1\r\n:", rest=b"data: a\r\nid: 1\r\n:"),
    V("rest after CR and LF", b"data: a\r\r\n\xe2\x82", [m("a")], rest=b"\xe2\x82"),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
def test_vector(vector: Vector, size: int) -> None:
    stream, events = read(vector.body, range(0, len(vector.body), size))
    assert [(e.type, e.data, e.last_event_id) for e in events] == vector.events
    assert [c.text for c in stream.comments] == vector.comments
    assert (stream.retry, stream.unterminated) == (vector.retry, vector.rest)
    assert stream.last_event_id == vector.last_id


def read(body: bytes, cuts: range | list[int]) -> tuple[EventStream, list[Event]]:
    edges = [0, *cuts, len(body)]
    stream, events = EventStream(), list[Event]()
    for start, stop in pairwise(edges):
        events += stream.feed(body[start:stop])
    return stream, events + stream.close()


def test_vector_names_are_unique_and_enough() -> None:
    assert len({v.name for v in VECTORS}) == len(VECTORS) >= 45


@pytest.mark.parametrize(
    ("body", "spans"),
    [
        (b"data: a\n\ndata: b\n\n", [b"data: a\n\n", b"data: b\n\n"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"data: a\r\n\r", b"data: b\r\n\r"]),
        (b"data: a\r\rdata: b\r\r", [b"data: a\r\r", b"data: b\r\r"]),
        (BOM + b"data: a\n\n", [b"data: a\n\n"]),
        (b"\n\n:c\n\n:d\nfoo\n:e\ndata: a\n\n\n", [b"foo\n:e\ndata: a\n\n"]),
        (b"event: lost\n\ndata: a\n\n", [b"data: a\n\n"]),
    ],
)
def test_spans_of_events(body: bytes, spans: list[bytes]) -> None:
    assert [body[e.start : e.stop] for e in EventStream().feed(body)] == spans


@pytest.mark.parametrize(
    ("body", "spans"),
    [
        (BOM + b":c\n\n", [b":c\n"]),
        (b":c\r\n:d\r\n\r\n", [b":c\r", b":d\r"]),
        (b"data: a\n:\n", [b":\n"]),
    ],
)
def test_spans_of_comments(body: bytes, spans: list[bytes]) -> None:
    stream = EventStream()
    stream.feed(body)
    assert [body[c.start : c.stop] for c in stream.comments] == spans


def test_event_comes_with_the_byte_that_ends_it() -> None:
    stream = EventStream()
    assert [len(stream.feed(bytes([b]))) for b in b"data: a\r\n\r\n"] == [0] * 9 + [1, 0]
    assert stream.unterminated == b""


def test_last_id_waits_for_the_blank_line() -> None:
    stream = EventStream()
    assert stream.feed(b"id: 1\n") == []
    assert stream.last_event_id == ""
    assert stream.feed(b"\n") == []
    assert stream.last_event_id == "1"


def test_closed_stream_takes_no_bytes() -> None:
    stream = EventStream()
    assert stream.feed(b"data: a\n") == stream.close() == []
    with pytest.raises(ValueError, match="after the end"):
        stream.feed(b"\n")
    assert stream.unterminated == b"data: a\n"


def decode_oracle(body: bytes) -> str:
    """UTF-8 decode, transcribed from the Encoding Standard 4.1 and 6; byte by byte."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    out, point, needed, low, high, at = list[str](), 0, 0, 0x80, 0xBF, 0
    while at < len(body):
        byte = body[at]
        at += 1
        if needed and not low <= byte <= high:
            out.append("\ufffd")
            needed, low, high, at = 0, 0x80, 0xBF, at - 1
        elif needed:
            point, needed, low, high = point << 6 | byte & 0x3F, needed - 1, 0x80, 0xBF
            out.extend([] if needed else [chr(point)])
        elif byte < 0x80:
            out.append(chr(byte))
        elif 0xC2 <= byte <= 0xF4:
            needed = 1 + (byte >= 0xE0) + (byte >= 0xF0)
            point = byte & (0x1F, 0x0F, 0x07)[needed - 1]
            low = {0xE0: 0xA0, 0xF0: 0x90}.get(byte, 0x80)
            high = {0xED: 0x9F, 0xF4: 0x8F}.get(byte, 0xBF)
        else:
            out.append("\ufffd")
    return "".join(out) + ("\ufffd" if needed else "")


def read_oracle(body: bytes) -> Iterator[Fields]:
    """9.2.6 in its own order of steps, on the whole decoded text."""
    data = kind = last_id = ""
    for line in re.split("\r\n|\r|\n", decode_oracle(body))[:-1]:
        name, _, value = line.partition(":")
        value = value[1:] if value[:1] == " " else value
        if line == "":
            if data != "":
                yield (kind or "message", data[:-1], last_id)
            data = kind = ""
        elif name == "event":
            kind = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value


PIECES = [b"data", b"data: ", b"event:", b"id:", b"retry:", b":", b" ", b"7", b"\0", b"a", b"\xff"]
PIECES += [b"\r", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", b"\xe2\x82", b"\xac", b"\xf0\x9f"]
PIECES += [BOM, b"\xef", b"\xbb\xbf", "é\u2028\x85".encode(), b"data: x\n\n", b"\xed\xa0\x80"]
bodies = st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)


@st.composite
def cut_bodies(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    body = draw(bodies)
    return body, sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))


def everything(stream: EventStream, events: list[Event]) -> tuple[object, ...]:
    rest = stream.unterminated
    return events, stream.comments, stream.retry, rest, stream.last_event_id


@given(cut_bodies())
@settings(deadline=None)
def test_cutting_changes_nothing(drawn: tuple[bytes, list[int]]) -> None:
    body, cuts = drawn
    whole = everything(*read(body, []))
    assert everything(*read(body, cuts)) == whole
    assert everything(*read(body, range(len(body)))) == whole


@given(bodies)
@settings(deadline=None)
@example(b"data:\xf0\x90\x80\n\n")
def test_reads_like_the_oracle(body: bytes) -> None:
    _, events = read(body, [])
    assert [(e.type, e.data, e.last_event_id) for e in events] == list(read_oracle(body))


@given(bodies)
@settings(deadline=None)
def test_spans_are_ordered_and_stand_alone(body: bytes) -> None:
    stream, events = read(body, [])
    edges = [edge for e in events for edge in (e.start, e.stop)]
    assert edges == sorted(edges)
    assert all(e.start < e.stop for e in events)
    assert body.endswith(stream.unterminated)
    for event in events:
        span = body[event.start : event.stop]
        (alone,) = EventStream().feed(BOM + span)
        assert (alone.type, alone.data) == (event.type, event.data)


@given(bodies)
@settings(deadline=None)
def test_comment_spans_hold_their_text(body: bytes) -> None:
    stream, _ = read(body, [])
    for comment in stream.comments:
        span = body[comment.start : comment.stop]
        assert span[:1] == b":"
        assert span[-1:] in (b"\r", b"\n")
        assert EventStream().feed(span) == []
        assert span[1:-1].decode("utf-8", "replace") == comment.text


class Meter(bytearray):
    """The reader's buffer, counting the bytes that are put in, taken out or looked through."""

    bytes_moved = 0

    def __iadd__(self, other: bytes) -> "Meter":  # type: ignore[override, misc]
        self.bytes_moved += len(other)
        return super().__iadd__(other)

    def __getitem__(self, key: SupportsIndex | slice) -> int | bytearray:  # type: ignore[override]
        found = super().__getitem__(key)
        self.bytes_moved += len(found) if isinstance(found, bytearray) else 1
        return found

    def __bytes__(self) -> bytes:
        self.bytes_moved += len(self)
        return bytes(memoryview(self))


class Searches:
    """The pattern for line ends, counting the bytes that are searched."""

    bytes_searched = 0

    def finditer(self, data: bytes) -> Iterator[re.Match[bytes]]:
        self.bytes_searched += len(data)
        return re.finditer(rb"[\r\n]", data)


PATHOLOGICAL = [b"data: ", b"\r", b"\n", b"\r\n", b"data\n", b":\r\n", b"id: 1\n\n", b"\xf0\x9f"]


@pytest.mark.parametrize("unit", PATHOLOGICAL)
@pytest.mark.parametrize("size", [1, 7, 1024])
def test_every_byte_is_handled_a_constant_number_of_times(
    unit: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = unit * (8192 // len(unit)) + b"\n\n"
    searches, stream = Searches(), EventStream()
    meter = stream._rest = Meter()
    monkeypatch.setattr(event_stream, "_LINE_END", searches)
    for start in range(0, len(body), size):
        stream.feed(body[start : start + size])
    assert searches.bytes_searched == len(body)
    assert len(body) <= meter.bytes_moved <= 3 * len(body)


def test_results_are_frozen() -> None:
    for value in (Event("message", "", "", 0, 1), Comment("", 0, 1)):
        with pytest.raises(AttributeError):
            value.start = 5  # type: ignore[misc]
