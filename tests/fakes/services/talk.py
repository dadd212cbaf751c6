"""A stream that a test holds in hand, from its head to its end or until the client leaves."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message

from contracts.event_stream import Event, EventStream


class Talk:
    """A stream in progress; `leave` is what a client does that has lost interest."""

    def __init__(self, app: ASGIApp, path: str, token: str, body: bytes) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.events: list[Event] = []
        self._asked, self._gone = [body], asyncio.Event()
        self._parser = EventStream()
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-type", b"application/json"),
            ],
        }
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._asked:
            return {"type": "http.request", "body": self._asked.pop()}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.messages.put_nowait(message)

    async def head(self) -> tuple[int, Mapping[str, str]]:
        start = await self.messages.get()
        fields = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], fields

    async def id(self) -> str:
        return (await self.head())[1]["x-streaming-session-id"]

    async def event(self) -> tuple[str, Any]:
        """The next one: its type and its data."""
        while not self.events:
            message = await self.messages.get()
            self.events += self._parser.feed(message["body"])
        found = self.events.pop(0)
        return found.type, json.loads(found.data)

    def leave(self) -> None:
        self._gone.set()

    async def ended(self) -> None:
        await self.task
