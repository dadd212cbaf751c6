"""When all credentials are refused, a streaming client gets a 200 without a word.

Seen: QuantumNous/new-api#1178.
"""

from collections.abc import AsyncGenerator

import httpx
from starlette.types import ASGIApp

from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.openai_shapes import DONE
from targets.reference.replies import EventStream
from targets.reference.trip import Trip


class TokensRefusedEmpty200(Bridge):
    declares = ("end.error_keeps_status",)

    def error_reply(self, error: ApiError, trip: Trip | None) -> ASGIApp:
        if trip and trip.chat.stream and error.code in ("credential_refused", "rate_limited"):
            return EventStream(self.stream_headers(httpx.Headers(error.headers)), only_done())
        return super().error_reply(error, trip)


async def only_done() -> AsyncGenerator[bytes, None]:
    yield DONE
