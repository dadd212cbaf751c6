"""The body is collected to its end and sent in one piece.

Seen: nginx/nginx#1505; basecamp/kamal-proxy#54.
"""

from collections.abc import AsyncIterator

import httpx

from targets.reference.gateway import Gateway


class GatewayBuffers(Gateway):
    declares = ("timing.events_not_held",)

    async def body(self, response: httpx.Response) -> AsyncIterator[bytes]:
        yield b"".join([piece async for piece in super().body(response)])
