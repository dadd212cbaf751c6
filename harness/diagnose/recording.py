"""A recording relay in front of the chat service: what was issued, and what was sent back.

One exchange a connection: it asks both sides to close, so the answer's end needs no parsing. The
answer's header names can be spelled otherwise, as other servers and HTTP versions spell them.
"""

import asyncio
import re
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contracts.http1 import Reader
from contracts.message import Message

HEAD_END = b"\r\n\r\n"
TROUBLE = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


@dataclass(slots=True, eq=False)
class Tape:
    """One exchange: the whole request, and the bytes of its answer so far."""

    asked: Message
    down: bytearray = field(default_factory=bytearray)

    def answer(self) -> Message | None:
        reader = Reader("client", [self.asked.method])
        whole = reader.feed(0.0, bytes(self.down)) or reader.close(0.0)
        return next(iter(whole), reader.pending())


class Relay:
    """Passes on to the origin of `url`. `name` is the header field that is spelled so; empty:
    all stay as they are.
    """

    def __init__(self, url: str, name: str = "") -> None:
        parts = urlsplit(url)
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.address = (parts.hostname or "", parts.port or (443 if self.tls else 80))
        self.host, self.name = parts.netloc, name
        self.tapes: list[Tape] = []

    def exchanges(self) -> list[tuple[Message, Message | None]]:
        """Requests and their answers, in the order in which the requests were complete."""
        return [(tape.asked, tape.answer()) for tape in self.tapes]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for one exchange. Nothing is passed on before the request is whole, so
        that a quick answer leaves no request half written down.
        """
        there = None
        try:
            head, body, asked = await _request(reader, writer)
            self.tapes.append(tape := Tape(asked))
            behind, there = await asyncio.open_connection(*self.address, ssl=self.tls)
            there.write(_closing(head, self.host) + body)
            await _first_of(_left(reader), self._answer(behind, writer, tape.down))
        except TROUBLE:
            writer.transport.abort()
        finally:
            for side in (writer, there):
                if side:
                    side.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tape: bytearray
    ) -> None:
        head = await reader.readuntil(HEAD_END)
        while head.split(b" ", 2)[1:2] == [b"100"]:
            writer.write(head)
            head = await reader.readuntil(HEAD_END)
        tape += head
        writer.write(self._spelled(_closing(head)))
        await _pump(reader, writer, tape)

    def _spelled(self, head: bytes) -> bytes:
        if not self.name:
            return head
        name = self.name.encode("latin-1")
        return re.sub(rb"(?im)^" + re.escape(name) + rb":", name + b":", head)


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[bytes, bytes, Message]:
    """Head, body as it is framed, and both as a message. Raises IncompleteReadError."""
    parser = Reader("client")
    head = await reader.readuntil(HEAD_END)
    if re.search(rb"(?im)^expect:\s*100-continue", head):
        writer.write(b"HTTP/1.1 100 Continue" + HEAD_END)
    body, read = bytearray(), parser.feed(0.0, head)
    while not read:
        data = await reader.read(65536)
        if not data:
            raise asyncio.IncompleteReadError(bytes(body), None)
        body += data
        read = parser.feed(0.0, data)
    return head, bytes(body), read[0]


async def _first_of(*works: Coroutine[None, None, None]) -> None:
    """Until one of them has ended; its trouble is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _left(reader: asyncio.StreamReader) -> None:
    """Until the client has closed."""
    while await reader.read(65536):
        continue


def _closing(head: bytes, host: str = "") -> bytes:
    """The head with `Connection: close`; a request's with another Host, and no Expect."""
    replaced = (b"connection:", b"host:", b"expect:") if host else (b"connection:",)
    lines = head[: -len(HEAD_END)].split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(replaced)]
    added = [b"Host: " + host.encode("idna")] if host else []
    return b"\r\n".join([*kept, *added, b"Connection: close"]) + HEAD_END


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tape: bytearray
) -> None:
    while data := await reader.read(65536):
        tape += data
        writer.write(data)
        await writer.drain()
