"""The target that is measured with: the leanest bridge that still is a proxy.

What is measured is the stack around a target. So the target does as little as it can: one loop, no
framework, one kept-alive upstream connection for each client connection it has at a time.
"""

import asyncio
import re
import sys

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"


class Bridge:
    """Give `serve` to `asyncio.start_server`; `onward` is the upstream's host and port."""

    def __init__(self, onward: tuple[str, int]) -> None:
        self.onward = onward
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client connection until it ends."""
        try:
            while True:
                await self._exchange(await _message(reader), writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _exchange(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        there = self._idle.pop() if self._idle else await asyncio.open_connection(*self.onward)
        there[1].write(request)
        tail = b""
        while not tail.endswith(LAST_CHUNK):
            data = await there[0].read(65536)
            if not data:
                raise ConnectionResetError("the upstream ended before its last chunk")
            tail = (tail + data)[-len(LAST_CHUNK) :]
            writer.write(data)
        self._idle.append(there)


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
