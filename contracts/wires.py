"""What passed one tap, as pairs of a request and its response."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.http1 import Reader
from contracts.message import Message
from contracts.record import Connection, Record, Way


@dataclass(frozen=True, slots=True)
class Wire:
    """A request and its response at one tap; the response is None if its head never came."""

    tap: str
    request: Message
    response: Message | None = None
    closed: float | None = None  # seconds, when either side of its connection ended
    instance: int = 1  # which upstream instance it led to

    @property
    def over(self) -> float:
        """When the exchange ended, whole or broken off (seconds); infinity: it did not."""
        ends = [self.response.ended] if self.response and self.response.complete else [self.closed]
        return next((end for end in ends if end is not None), float("inf"))

    @property
    def status(self) -> int:
        return self.response.status if self.response else 0


Wires = Sequence[Wire]


def wires(record: Record, tap: str) -> Wires:
    """The request and response pairs of a tap, by the time at which the request began."""
    found = [w for c in record.connections if c.tap == tap for w in wires_of(c)]
    return tuple(sorted(found, key=lambda wire: wire.request.began))


def wires_of(connection: Connection) -> Iterator[Wire]:
    """The request and response pairs of one connection, in order."""
    requests = _read(connection, ">", None)
    responses = _read(connection, "<", [request.method for request in requests])
    ends = [io.at for io in connection.log if io.kind != "data"]
    for number, request in enumerate(requests):
        answered = responses[number] if number < len(responses) else None
        closed = next((at for at in ends if at >= request.began), None)
        yield Wire(connection.tap, request, answered, closed, connection.instance)


def _read(connection: Connection, way: Way, methods: list[str] | None) -> list[Message]:
    reader = Reader(connection.tap, methods)
    for io in connection.log:
        if io.way == way and io.kind == "data":
            reader.feed(io.at, io.data)
        elif io.way == way and io.kind == "fin":
            reader.close(io.at)
    rest = reader.pending()
    return [*reader.messages, rest] if rest else reader.messages
