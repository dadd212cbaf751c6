"""The session services on a free port, with a walk that never waits for a clock."""

import shlex
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

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
    folder: Path, defect: str = "", *, apart: bool = False, **chosen: object
) -> Iterator[Running]:
    """The three behind one origin, or apart; a long message takes eight of their seconds."""
    planted = defects.load(defect) if defect else None
    lifetime = getattr(planted, "served_id_lifetime", None) or FOR_EVER
    told = Services(id_lifetime=lifetime, **chosen)  # type: ignore[arg-type]
    with Loop() as loop, ExitStack() as stack:
        system = loop.wait(_made(folder, planted, told))
        stack.callback(lambda: loop.wait(system.close()))

        def started(app: ASGIApp) -> str:
            server = Server()
            host, port = loop.wait(server.start(app))
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
            wait=lambda seconds: loop.wait(advance(seconds)),
        )
        yield Running(chat, int(chat.rpartition(":")[2]), walk)


async def _made(folder: Path, defect: type | None, told: Services) -> System:
    async def speak(message: str, model: str) -> AsyncGenerator[str, None]:
        for word in message.split():
            if message == LONG:
                system.advance(1)
            yield f"{word} "

    system = System(folder, speak=speak, settings=told, defect=defect)
    return system
