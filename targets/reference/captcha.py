"""Where captcha tokens come from: a plug. Having none is no error: the upstream decides."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import httpx


class CaptchaProvider(Protocol):
    """token: good for one attempt; None when none can be had. Never raises, never hangs."""

    async def token(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class HttpCaptcha:
    """GET url, answered by {"token": …}; timeout in seconds for the whole of it."""

    client: httpx.AsyncClient
    url: str
    headers: list[tuple[bytes, bytes]]
    timeout: float

    async def token(self) -> str | None:
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self.client.get(self.url, headers=self.headers)
            value = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, TimeoutError, ValueError):
            return None
        token = value.get("token") if isinstance(value, dict) else None
        return token if isinstance(token, str) and token.isascii() and token.isprintable() else None
