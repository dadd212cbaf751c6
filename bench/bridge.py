"""The target that is measured with: the leanest bridge that still is a proxy.

What is measured is the stack around a target. So the target does as little as it can: one loop, no
framework, one kept-alive upstream connection for each client connection it has at a time.
"""

import asyncio
import re
import sys
from contextlib import suppress

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bridge:
    """Give `serve` to `asyncio.start_server`; `onward` is the upstream's host and port."""

    def __init__(self, onward: tuple[str, int]) -> None:
        self.onward = onward
        self._idle: list[Pair] = []
        self._serving: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client connection until it ends."""
        self._serving[writer] = asyncio.current_task()
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await self._exchange(await _message(reader), writer)
        del self._serving[writer]
        writer.close()

    async def close(self) -> None:
        """Drop every connection and wait until its task has ended."""
        serving = dict(self._serving)
        for writer in (*serving, *(there for _, there in self._idle)):
            writer.transport.abort()
        await asyncio.gather(*filter(None, serving.values()), return_exceptions=True)

    async def _exchange(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """A kept connection may have died since; a new one may not."""
        if self._idle and await self._over(self._idle.pop(), request, writer):
            return
        there = await asyncio.open_connection(*self.onward)
        if not await self._over(there, request, writer):
            raise ConnectionResetError("the upstream ended before it answered")

    async def _over(self, there: Pair, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """False: the connection was dead. Raises OSError if it dies amid the answer."""
        tail = b""
        with suppress(ConnectionError):
            there[1].write(request)
            tail = await there[0].read(65536)
        if not tail:
            return False
        writer.write(tail)
        while not tail.endswith(LAST_CHUNK):
            data = await there[0].read(65536)
            if not data:
                raise ConnectionResetError("the upstream ended before its last chunk")
            tail = (tail + data)[-len(LAST_CHUNK) :]
            writer.write(data)
        self._idle.append(there)
        return True


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


async def main(port: int, onward: int) -> None:
    """Serve on loopback until the process ends."""
    server = await asyncio.start_server(Bridge(("127.0.0.1", onward)).serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
