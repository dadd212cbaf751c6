"""The byte relay: a tap that passes bytes, FIN and RST on exactly and writes down each of them."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from contracts.http1 import Reader
from contracts.record import Connection, Io, Way
from fakes.clock import Clock
from fakes.sockets import reset

Address = tuple[str, int]
Watch = Callable[["Tapped", Io], None]
_AGAINST: dict[Way, Way] = {">": "<", "<": ">"}


class Progress:
    """Whether a connection owes an answer; it reads on where it stopped when it was asked last."""

    def __init__(self) -> None:
        self._methods: list[str] = []
        self._requests, self._responses = Reader(), Reader("", self._methods)
        self._read = 0

    def owes(self, log: Sequence[Io]) -> bool:
        for io in log[self._read :]:
            if io.way == ">" and io.kind == "data":
                self._methods += [one.method for one in self._requests.feed(io.at, io.data)]
            elif io.kind == "data":
                self._responses.feed(io.at, io.data)
            elif io.way == "<" and io.kind == "fin":
                self._responses.close(io.at)
        self._read = len(log)
        asked = len(self._requests.messages) + bool(self._requests.pending())
        return asked > len(self._responses.messages)


@dataclass(slots=True, eq=False)
class Tapped:
    """One live connection at a tap; a new log, from second 0, is begun with each run."""

    tap: str
    opened: float
    instance: int = 1
    log: list[Io] = field(default_factory=list)
    open_ways: set[Way] = field(default_factory=lambda: {"<", ">"})
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)

    @property
    def closed(self) -> bool:
        return not self.open_ways

    @property
    def owes(self) -> bool:
        """A request on it has not got its whole answer."""
        return self.progress.owes(self.log)

    def frozen(self) -> Connection:
        return Connection(self.tap, self.opened, tuple(self.log), self.instance)


class Relay:
    """Listens for one tap and passes on to `onward`, which may change between runs; `instance` is
    the upstream instance that stands there.
    """

    def __init__(self, tap: str, onward: Address | None, watch: Watch, clock: Clock) -> None:
        self.tap, self.onward, self.watch, self.clock = tap, onward, watch, clock
        self.connections: list[Tapped] = []
        self.instance = 1

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until both directions have ended."""
        one = Tapped(self.tap, self.clock(), self.instance, writers=[writer])
        self.connections.append(one)
        try:
            there_reader, there = await asyncio.open_connection(*(self.onward or ("", 0)))
        except OSError:
            one.open_ways.clear()
            reset(writer)
            return
        one.writers.append(there)
        if one.closed:  # severed while it was being dialled
            reset(there)
            return
        for side in one.writers:
            side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(
            self._pump(one, ">", reader, there), self._pump(one, "<", there_reader, writer)
        )
        for side in one.writers:
            side.close()

    async def _pump(
        self, one: Tapped, way: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await source.read(65536):
                self._note(one, Io(self.clock(), way, "data", data))
                if not await _passed(data, sink):
                    self._broken(one, _AGAINST[way])
                    return
            self._note(one, Io(self.clock(), way, "fin"))
            with suppress(OSError):
                sink.write_eof()
        except OSError:
            self._broken(one, way)

    def _broken(self, one: Tapped, way: Way) -> None:
        """Who sends this way has reset the connection: so do we, on both sides."""
        self._note(one, Io(self.clock(), way, "rst"))
        for side in one.writers:
            reset(side)

    def _note(self, one: Tapped, io: Io) -> None:
        """Write it down; what the sockets say after the end is our own closing."""
        if one.closed:
            return
        one.log.append(io)
        if io.kind == "rst":
            one.open_ways.clear()
        elif io.kind == "fin":
            one.open_ways.discard(io.way)
        self.watch(one, io)

    def begin(self) -> None:
        """A run begins: forget what ended, and give the living a new log."""
        self.connections = [one for one in self.connections if not one.closed]
        for one in self.connections:
            one.opened, one.log, one.progress = 0.0, [], Progress()

    def sever(self) -> None:
        """Close every connection, so that the next one goes where `onward` points.

        What they carried stays on record until the next run begins.
        """
        for one in self.connections:
            if one.owes:
                self._note(one, Io(self.clock(), ">", "cut"))
            one.open_ways.clear()
            for side in one.writers:
                side.transport.abort()


async def _passed(data: bytes, sink: asyncio.StreamWriter) -> bool:
    """Written on; False: the reader there has reset."""
    try:
        sink.write(data)
        await sink.drain()
    except OSError:
        return False
    return True
