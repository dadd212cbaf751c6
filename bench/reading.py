"""The event-stream reader: how fast, and whether four times the bytes take four times as long.

A reader that is quadratic on large events, as sseclient-py is, turns one long tool result into
minutes. Four times the bytes may cost at most six times the time.
"""

from collections.abc import Sequence
from statistics import median
from time import perf_counter

from bench.effort import Effort, Say
from bench.rows import Limit, Row, ratios
from contracts.event_stream import EventStream

NAMES = ("reader_small_events", "reader_small_linear", "reader_large_event", "reader_large_linear")
PIECE = 16384  # bytes a read
SMALL = b'event: chunk\ndata: {"i": 1, "text": "piece of content"}\n\n'
TIMES = 4


def measure(names: Sequence[str], effort: Effort, say: Say) -> list[Row]:
    """The rows named: MB/s, and the time of 4 n bytes over that of n bytes."""
    rows: list[Row] = []
    for shape in ("small", "large"):
        if any(f"_{shape}_" in name for name in names):
            say(f"{shape} events")
            rows += _rows(shape, effort)
    return [row for row in rows if row.name in names]


def _rows(shape: str, effort: Effort) -> list[Row]:
    size = effort.kib * 1024
    short, long = _stream(shape, size), _stream(shape, TIMES * size)
    pairs = [(_seconds(short), _seconds(long)) for _ in range(effort.rounds)]
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    speed = tuple(len(long) / seconds / 1e6 for seconds in second)
    what = "many small events" if shape == "small" else "one large event"
    name = "reader_small_events" if shape == "small" else "reader_large_event"
    compares = f"{what}: {TIMES * effort.kib} KiB / {effort.kib} KiB, time"
    note = f"{1e3 * median(second):.1f} and {1e3 * median(first):.1f} ms"
    return [
        Row(name, f"{what} in reads of {PIECE // 1024} KiB", speed, "MB/s"),
        Row(f"reader_{shape}_linear", compares, ratios(second, first), "x", Limit("<=", 6), note),
    ]


def _stream(shape: str, size: int) -> bytes:
    if shape == "small":
        return SMALL * (size // len(SMALL))
    return b"data: " + b"x" * size + b"\n\n"


def _seconds(stream: bytes) -> float:
    reader, start = EventStream(), perf_counter()
    events = sum(len(reader.feed(stream[at : at + PIECE])) for at in range(0, len(stream), PIECE))
    taken = perf_counter() - start
    if not events:
        raise RuntimeError("the reader found no event")
    return taken
