"""The head waits for the first byte of the body, so a silent stream looks like a dead server.

Seen: caddyserver/caddy#4247; caddyserver/caddy#6293.
"""

import httpx
from starlette.types import Send

from targets.reference.gateway import Gateway, Inbound


class LateHead(Gateway):
    declares = ("timing.head_before_first_event",)

    async def relay(self, inbound: Inbound, response: httpx.Response, send: Send) -> None:
        pieces = aiter(self.body(response))
        first = await anext(pieces, b"")
        await send(self.head(inbound, response))
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
