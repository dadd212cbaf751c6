"""A bare origin and a bare client, so that a hop's own time is not lost in theirs.

`GET /` gets two bytes. `GET /stream` gets one event, and the rest only after the client has
said that it saw that event: a hop that collects the stream is caught by `PATIENCE`, not by luck.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from harness.relay import Address

PATIENCE = 1.0  # seconds
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b"14\r\ndata: one of twenty\r\n\r\n"
FIRST = b"data: first\n\n"
END = b"0\r\n\r\n"


class Origin:
    """Give `serve` to a server; `saw_first` is called on the loop."""

    def __init__(self) -> None:
        self._seen = asyncio.Event()

    def saw_first(self) -> None:
        self._seen.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until it ends."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await (self._stream(writer) if b" /stream " in head else _plain(writer))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        self._seen.clear()
        writer.write(STREAM + b"%x\r\n%s\r\n" % (len(FIRST), FIRST))
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._seen.wait(), PATIENCE)
        writer.write(END)


async def _plain(writer: asyncio.StreamWriter) -> None:
    writer.write(PLAIN)


class Caller:
    """One kept-alive connection; a context manager. Every method gives seconds."""

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection(address, 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def get(self) -> float:
        """The time of one plain exchange."""
        return self._until(b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n", b"\r\n\r\nok")

    def first_event(self, seen: Callable[[], object]) -> float:
        """The time until the first event; `seen` is called when it is here."""
        taken = self._until(b"GET /stream HTTP/1.1\r\nHost: bench\r\n\r\n", FIRST)
        seen()
        self._until(b"", END)
        return taken

    def _until(self, request: bytes, end: bytes) -> float:
        start, got = perf_counter(), b""
        if request:
            self._socket.sendall(request)
        while end not in got:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError(f"the answer ended before {end!r}: {got[-80:]!r}")
            got += data
        return perf_counter() - start
