"""The byte-exact upstream: it reads requests as they are and answers what the scene's script says.

It speaks raw bytes so that it can see header case, order and repeats and send anything, broken
framing included. Patience lives behind the target: a gated piece waits until its marker has passed
the ingress tap, and the client never times out because of it.
"""

import asyncio
import json
from contextlib import suppress

from contracts.http1 import Reader
from contracts.message import Message
from fakes.identities import CAPTCHA_PATH
from fakes.performance import Performance
from fakes.scene import Scene, Scenes
from fakes.script import Reply, error


class Upstream:
    """An asyncio server; `scenes` is what it plays, `busy` the connections amid an answer."""

    def __init__(self, scenes: Scenes | None = None) -> None:
        self.scenes = scenes or Scenes()
        self.busy: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until it ends; a peer that goes away is no error."""
        inbox = _Inbox()
        listening = asyncio.create_task(inbox.listen(reader))
        try:
            with suppress(OSError):
                while request := await inbox.requests.get():
                    if not await self._occupied(request, writer, inbox.gone):
                        return
        finally:
            listening.cancel()
            writer.close()

    async def _occupied(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        self.busy[writer] = asyncio.current_task()
        try:
            return await self._answer(request, writer, gone)
        finally:
            del self.busy[writer]

    async def _answer(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        """Play one reply; False: the connection is done with."""
        scene = self.scenes.of(request.body)
        reply = _choose(scene, request) if scene else error(503, "{}")
        if reply is None:
            await gone.wait()
            return False
        try:
            return await Performance(reply, request, writer, gone, scene).play()
        finally:
            if scene:
                scene.over.set()

    def drop_busy(self) -> None:
        """Abort what is still being answered."""
        for writer, task in list(self.busy.items()):
            writer.transport.abort()
            if task:
                task.cancel()


def _choose(scene: Scene, request: Message) -> Reply | None:
    if request.method == "GET" and request.target == CAPTCHA_PATH:
        return scene.captcha_token()
    return scene.reply_to(request)


class Elsewhere(Upstream):
    """The second origin, where a redirect leads: it answers 200 and a word to everything."""

    async def _answer(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        reply = error(200, json.dumps({"reached": "elsewhere"}))
        return await Performance(reply, request, writer, gone, None).play()


class _Inbox:
    """The requests of one connection, read also while an answer goes out; None ends them."""

    def __init__(self) -> None:
        self.requests: asyncio.Queue[Message | None] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def listen(self, reader: asyncio.StreamReader) -> None:
        parser = Reader("upstream")
        with suppress(OSError):
            while data := await reader.read(65536):
                for request in parser.feed(0, data):
                    self.requests.put_nowait(request)
        self.gone.set()
        self.requests.put_nowait(None)
