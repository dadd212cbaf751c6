"""The chat service's way to the accounting service: over httpx, with a token for services."""

import httpx
from starlette.types import ASGIApp

from fakes.services.answers import Refused
from fakes.services.records import Stream
from fakes.services.tokens import Tokens

LIFETIME = 60.0  # seconds, of one call's token


def beside(accounting: ASGIApp) -> httpx.AsyncClient:
    """The accounting service in the same process, without a socket."""
    transport = httpx.ASGITransport(accounting, client=("chat", 0))
    return httpx.AsyncClient(transport=transport, base_url="http://accounting", trust_env=False)


class Billing:
    """client: its base URL leads to accounting. instance: the name of this chat service."""

    def __init__(self, client: httpx.AsyncClient, tokens: Tokens, instance: str) -> None:
        self.client, self.tokens, self.instance = client, tokens, instance

    async def reserve(self, stream: str, user: str, credits: int) -> bool:
        """False: they do not suffice. Raises Refused 503 if accounting does not do its work."""
        asked = {"userId": user, "credits": credits, "instance": self.instance}
        status = await self._post("initialize", {"streamingSessionId": stream, **asked})
        if status not in (201, 402):
            raise unavailable()
        return status == 201

    async def settle(self, stream: Stream, chunks: int, how: str) -> bool:
        """how: finalize or abort. False: it did not work and must be done later."""
        used = {"chunks": chunks, "creditCost": stream.cost}
        try:
            return await self._post(how, {"streamingSessionId": stream.id, **used}) == 200
        except Refused:
            return False

    async def _post(self, what: str, body: dict[str, object]) -> int:
        token = self.tokens.sign({"sub": self.instance, "type": "service"}, LIFETIME)
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/api/streaming-sessions/{what}"
        try:
            return (await self.client.post(path, json=body, headers=headers)).status_code
        except httpx.HTTPError as error:
            raise unavailable() from error


def unavailable() -> Refused:
    return Refused(503, "The accounting service does not answer.", "ACCOUNTING_UNAVAILABLE")
