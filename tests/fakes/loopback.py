"""An upstream on a loopback port, and a client that keeps every byte and how it ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from contracts.http1 import Reader
from contracts.message import Message
from fakes.clock import Clock
from fakes.edge import OFF, Edge, EdgePolicy
from fakes.gates import Gates
from fakes.scene import Scene
from fakes.script import Reply
from fakes.upstream import Upstream

T = TypeVar("T")
NONCE = "abcdef00"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FIN, RST = "fin", "rst"


@dataclass(frozen=True, slots=True)
class Play:
    """What is on: the server's address and the scene."""

    address: tuple[str, int]
    scene: Scene
    server: Upstream

    async def ask(self, request: bytes = GET) -> tuple[bytes, str]:
        """All bytes of the answers to one or more requests, and how the connection ended."""
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(request)
        writer.write_eof()
        try:
            return await all_of(reader)
        finally:
            writer.close()

    async def body(self, request: bytes = GET) -> bytes:
        """The answer's bytes after its head, framing and all."""
        return (await self.ask(request))[0].partition(b"\r\n\r\n")[2]


async def all_of(reader: asyncio.StreamReader) -> tuple[bytes, str]:
    got = b""
    try:
        while data := await reader.read(65536):
            got += data
    except ConnectionResetError:
        return got, RST
    return got, FIN


@asynccontextmanager
async def playing(
    *replies: Reply,
    dialect: str = "transparent",
    stream: bool = True,
    patience: float = 0.05,
    policy: EdgePolicy = OFF,
    **more: Any,
) -> AsyncIterator[Play]:
    upstream, gates = Upstream(), Gates(patience, Clock())
    edge = Edge(policy, stream)
    scene = Scene(dialect, replies or (Reply(),), stream, edge, gates, NONCE, **more)
    upstream.scenes.begin(scene)
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    try:
        yield Play(server.sockets[0].getsockname(), scene, upstream)
    finally:
        server.close()
        upstream.drop_busy()


def run(check: Callable[[], Awaitable[T]]) -> T:
    """Run an async check; the time-out only keeps a hang from being for ever."""

    async def limited() -> T:
        return await asyncio.wait_for(check(), 10)

    return asyncio.run(limited())


def answer(*replies: Reply, request: bytes = GET, **more: Any) -> tuple[bytes, str]:
    """One exchange with an upstream that says this."""

    async def check() -> tuple[bytes, str]:
        async with playing(*replies, **more) as play:
            return await play.ask(request)

    return run(check)


def message(raw: bytes) -> Message:
    """A request, parsed."""
    return Reader("upstream").feed(0, raw)[0]
