"""The gateway answers preflights itself and allows Content-Type alone: no token, no session id.

Seen: h4ckf0r0day/obscura#179; netdata/netdata#22258.
"""

import httpx

from targets.reference.session_gateway import SessionGateway

ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
}


class PreflightAnswered(SessionGateway):
    declares = ("cors.preflight_allows",)

    async def fetch(self, request: httpx.Request) -> httpx.Response:
        if request.method != "OPTIONS":
            return await super().fetch(request)
        return httpx.Response(204, headers=ALLOWED, stream=httpx.ByteStream(b""))
