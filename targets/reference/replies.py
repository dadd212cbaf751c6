"""What the bridge sends down: an event stream that is flushed event by event, or one JSON body."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from targets.reference.errors import to_json

STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}


@dataclass(frozen=True, slots=True)
class EventStream:
    """An ASGI answer: the head at once, then each chunk as it comes."""

    headers: Mapping[str, str]
    chunks: AsyncGenerator[bytes, None]
    status: int = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        async with aclosing(self.chunks) as chunks:
            await send({"type": "http.response.start", "status": self.status, "headers": raw})
            async for chunk in chunks:
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(to_json(value), status, headers, media_type="application/json")
