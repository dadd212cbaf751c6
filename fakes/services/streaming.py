"""One running stream: what it sends, and every way in which it can end.

A client that leaves is noticed at once, also while the model is silent: what speaks and what
watches the connection are two tasks, and the first to finish ends the stream.
"""

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fakes.services.answers import Refused
from fakes.services.live import DELETED, KILLED, Live
from fakes.services.settling import afford
from fakes.services.speaking import BrokenOff, ModelFailed

if TYPE_CHECKING:
    from fakes.services.chat import Chat

log = logging.getLogger(__name__)


class EventStream(Response):
    """The answer of a stream, as server-sent events."""

    media_type = "text/event-stream"

    def __init__(self, chat: "Chat", live: Live) -> None:
        self.chat, self.live = chat, live
        self.status_code, self.background = 200, None
        self.begun = self.gone = False
        self.init_headers(chat.stream_headers(live.stream))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        telling = asyncio.create_task(self.tell(send))
        leaving = asyncio.create_task(self.watch(receive))
        try:
            await asyncio.wait(
                (telling, leaving, self.live.stopped), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self.live.ending = True
            leaving.cancel()
            await asyncio.shield(self.chat.spawn(self.end(telling)))
        if not telling.cancelled():
            telling.result()
        elif self.live.was(KILLED):
            raise BrokenOff
        elif self.live.was(DELETED):
            gone = self.chat.failure("The session was deleted.", "SESSION_DELETED")
            await self.last(send, gone)

    async def tell(self, send: Send) -> None:
        await self.head(send)
        await self.last(send, await self.said(send))

    async def said(self, send: Send) -> bytes:
        """Send all chunks; the last event."""
        try:
            await self.chunks(send)
            await self.chat.done(self.live)
        except BrokenOff:
            await self.chat.ended_early(self.live)
            raise
        except (ModelFailed, Refused) as error:
            await self.chat.ended_early(self.live)
            return self.chat.failure(error.message, error.code)
        except Exception:
            log.exception("the model failed in a way of its own")
            await self.chat.ended_early(self.live)
            return self.chat.failure("Internal error.", "INTERNAL")
        return self.chat.terminal(self.live.sent)

    async def chunks(self, send: Send) -> None:
        asked = self.live.asked
        async with aclosing(self.chat.speak(asked.message, asked.model_id)) as texts:
            async for text in texts:
                await afford(self.chat, self.live)
                await self.put(send, self.chat.chunk(text))
                self.chat.sent(self.live)
        await self.go_on()

    async def end(self, telling: "asyncio.Task[None]") -> None:
        """Whatever ended it: nothing more is said, and slot and credits are free."""
        telling.cancel()
        try:
            await asyncio.wait({telling})
            if not self.live.was(KILLED):
                await self.account(telling)
        finally:
            self.chat.live.pop(self.live.stream.number, None)
            self.live.over.set()

    async def account(self, telling: "asyncio.Task[None]") -> None:
        if telling.cancelled() and self.live.was(DELETED):
            await self.chat.ended_early(self.live)
        elif telling.cancelled():
            await self.chat.left(self.live)
        if self.live.settlement:
            await self.live.settlement
        self.chat.ended(self.live.stream)

    async def head(self, send: Send) -> None:
        self.begun = True
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)

    async def put(self, send: Send, data: bytes) -> None:
        """It returns only if the server took the data: a client that has gone is sent nothing."""
        await asyncio.sleep(0)  # a leave that has arrived is noticed
        await self.go_on()
        await send({"type": "http.response.body", "body": data, "more_body": True})
        await self.go_on()

    async def last(self, send: Send, data: bytes) -> None:
        if not self.begun:
            await self.head(send)
        await send({"type": "http.response.body", "body": data, "more_body": False})

    async def go_on(self) -> None:
        """When the stream is over, wait to be cancelled."""
        if self.gone or self.live.stopped.done():
            await asyncio.get_running_loop().create_future()

    async def watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        self.gone = True
