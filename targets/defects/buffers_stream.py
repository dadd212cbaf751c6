"""The whole stream is collected and sent in one piece: it only looks like a stream.

Seen: xorbitsai/xagent#1358; nginx/nginx#1505.
"""

from collections.abc import AsyncGenerator

from targets.reference.bridge import Bridge


class BuffersStream(Bridge):
    declares = ("timing.events_not_held",)

    async def deliver(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        yield b"".join([chunk async for chunk in chunks])
