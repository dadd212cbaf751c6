"""The session services on a free port, with a walk that never waits for a clock."""

import asyncio
import math
import shlex
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from fakes.services.serving import Server
from fakes.services.settings import Settings as Services
from fakes.services.system import System
from harness.diagnose.endpoints import Map
from harness.diagnose.settings import Settings
from harness.loop import Loop
from targets import defects

LONG = "a long message of eight words in all"
FOR_EVER = 1800.0


@dataclass(frozen=True, slots=True)
class Running:
    """The services' address, and how to walk there; a pause moves their clock, not ours."""

    url: str
    port: int
    settings: Settings


def sample(mistake: str = "") -> str:
    """The command of the sample client, to be run in the checkout."""
    line = [sys.executable, "-m", "fakes.session_client", "--base-url", "{base_url}"]
    return shlex.join([*line, *(["--mistake", mistake] if mistake else [])])


@contextmanager
def services(
    folder: Path, defect: str = "", *, apart: bool = False, overlap: bool = False, **chosen: object
) -> Iterator[Running]:
    """The three behind one origin, or apart; a long message takes eight of their seconds.

    `overlap`: the second long stream runs until a stream beside it is answered.
    """
    planted = defects.load(defect) if defect else None
    lifetime = getattr(planted, "served_id_lifetime", None) or FOR_EVER
    told = Services(id_lifetime=lifetime, **chosen)  # type: ignore[arg-type]
    with Loop() as loop, ExitStack() as stack:
        gate = Gate(wanted=overlap)
        system = loop.wait(_made(folder, planted, told, gate))
        stack.callback(lambda: loop.wait(system.close()))

        def started(app: ASGIApp) -> str:
            server = Server()
            host, port = loop.wait(server.start(gate.watching(app)))
            stack.callback(lambda: loop.wait(server.stop()))
            return f"http://{host}:{port}"

        async def advance(seconds: float) -> None:
            system.advance(seconds)

        chat = started(system.chats[0].app if apart else system.origin())
        walk = Settings(
            base_url=chat,
            auth_url=started(system.auth.app) if apart else chat,
            accounting_url=started(system.accounting.app) if apart else chat,
            map=Map(long_message=LONG),
            overlap=-math.inf if overlap else 0.25,
            wait=lambda seconds: loop.wait(advance(seconds)),
        )
        yield Running(chat, int(chat.rpartition(":")[2]), walk)


@dataclass(slots=True)
class Gate:
    """Holds the second long stream after its first word, until another stream is answered."""

    wanted: bool
    long_streams: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_by(self) -> None:
        if self.wanted and self.long_streams == 2:
            await self.opened.wait()

    def watching(self, app: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            beside = self.long_streams == 2 and scope.get("path", "").endswith("/stream")
            await app(scope, receive, send)
            if beside:
                self.opened.set()

        return watched


async def _made(folder: Path, defect: type | None, told: Services, gate: Gate) -> System:
    async def speak(message: str, model: str) -> AsyncGenerator[str, None]:
        gate.long_streams += message == LONG
        for place, word in enumerate(message.split()):
            if place and message == LONG:
                await gate.pass_by()
            if message == LONG:
                system.advance(1)
            yield f"{word} "

    system = System(folder, speak=speak, settings=told, defect=defect)
    return system
