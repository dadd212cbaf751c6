"""One process, one port, and nobody left working for a client that has gone.

A client that leaves before its answer is complete cancels the work for it, in every phase:
while the upstream is asked, while it is silent, and in the middle of a stream.
"""

import asyncio

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEEP_ALIVE_SECONDS = 75


class Visit:
    """One exchange: watches for the client's leave from the moment its whole body was read."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.inner_receive, self.inner_send = receive, send
        self.answered = self.left = False
        self.work: asyncio.Future[None] | None = None
        self.watcher: asyncio.Task[None] | None = None

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        self.work = asyncio.ensure_future(app(scope, self.receive, self.send))
        try:
            await self.work
        except asyncio.CancelledError:
            if not self.left:
                raise
        finally:
            self.work.cancel()
            if self.watcher:
                self.watcher.cancel()

    async def receive(self) -> Message:
        message = await self.inner_receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            self.watcher = asyncio.create_task(self.watch())
        return message

    async def watch(self) -> None:
        while (await self.inner_receive())["type"] != "http.disconnect":
            continue
        if self.work and not self.answered:
            self.left = True
            self.work.cancel()

    async def send(self, message: Message) -> None:
        body = message["type"] == "http.response.body"
        self.answered = self.answered or (body and not message.get("more_body"))
        await self.inner_send(message)


def cancelled_on_leave(app: ASGIApp) -> ASGIApp:
    async def attended(scope: Scope, receive: Receive, send: Send) -> None:
        await Visit(receive, send).run(app, scope)

    return attended


def serve(app: ASGIApp, port: int, date: bool, drain: int) -> None:
    """Blocks. date: add a Date field. drain: seconds that open streams get after SIGTERM."""
    config = uvicorn.Config(
        cancelled_on_leave(app),
        host="127.0.0.1",
        port=port,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=date,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=drain,
    )
    uvicorn.Server(config).run()
