"""An ASGI application on a loopback port, inside an asyncio loop that others use too."""

import asyncio
import logging
from email.utils import formatdate

import h11
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

KEEP_ALIVE_SECONDS = 75

silent = logging.Logger("silent")  # a cut connection is what a trial wants, and no trouble
silent.addHandler(logging.NullHandler())


class Attentive(H11Protocol):
    """It reads also behind a pipelined request, so that a client that leaves is always noticed."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.DONE:
            self.flow.resume_reading()


class Server:
    """One application on one port: no signal handlers, no start-up events, no Server field."""

    def __init__(self) -> None:
        self._state = ServerState()
        self._listener: asyncio.Server | None = None

    async def start(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen; the address. port 0: any free one. Raises OSError if the port is busy."""
        config = uvicorn.Config(
            dated(app),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()

        def connected() -> Attentive:
            protocol = Attentive(config=config, server_state=self._state, app_state={})
            protocol.logger = silent
            return protocol

        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(connected, host, port)
        found: tuple[str, int] = self._listener.sockets[0].getsockname()[:2]
        return found

    async def stop(self) -> None:
        """Close the port, if it was ever opened, and break every connection, at once."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._listener.wait_closed()


def dated(app: ASGIApp) -> ASGIApp:
    """Answers carry Date, as those of an origin server with a clock must (RFC 9110 6.6.1)."""

    async def dating(scope: Scope, receive: Receive, send: Send) -> None:
        async def dated_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(usegmt=True).encode()
                message = {**message, "headers": [(b"date", date), *message["headers"]]}
            await send(message)

        await app(scope, receive, dated_send)

    return dating
