"""The session services behind the target, on the chain's loop, in two instances."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from contracts.record import Secret
from fakes.gates import HEAD
from fakes.scene import Scene, Scenes
from fakes.script import Cut, Fail, Finish, HeadGate, Hold, Reset, Say, Stall
from fakes.services.serving import Server
from fakes.services.speaking import BrokenOff, ModelFailed
from fakes.services.system import System
from harness.case import Act
from harness.folders import folder
from harness.relay import Address

INSTANCES = 2
PLAYED: ContextVar[list[Scene]] = ContextVar("PLAYED")  # the scenes of one call of a service
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Services:
    """The session services, with what the model says taken from the scenes."""

    def __init__(self, scenes: Scenes, defect: type | None) -> None:
        self.scenes = scenes
        self._folder = folder()
        self.system = System(
            Path(self._folder.name), speak=self._speak, defect=defect, instances=INSTANCES
        )
        self._servers = [Server() for _ in range(INSTANCES)]
        self._calls: set[asyncio.Task[Any]] = set()

    @property
    def busy(self) -> bool:
        return bool(self._calls)

    async def start(self) -> list[Address]:
        origins = [self.system.origin(number + 1) for number in range(INSTANCES)]
        pairs = zip(self._servers, origins, strict=True)
        return [await server.start(self._attended(origin)) for server, origin in pairs]

    async def stop(self) -> None:
        self.drop_busy()
        for server in self._servers:
            await server.stop()
        await self.system.close()
        self._folder.cleanup()

    def begin(self) -> None:
        self.scenes.clear()
        self.system.reset()

    def drop_busy(self) -> None:
        for task in self._calls:
            task.cancel()

    def do(self, act: Act) -> None:
        if act.do == "restart":
            self.system.restart()
        else:
            self.system.advance(act.seconds)

    def secrets(self) -> tuple[Secret, ...]:
        return tuple(Secret("access_token", token) for token in self.system.issued())

    def _attended(self, app: App) -> App:
        async def attended(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._calls.add(task)
            played: list[Scene] = []
            PLAYED.set(played)
            try:
                await app(scope, receive, send)
            finally:
                self._calls.discard(task)
                for scene in played:
                    scene.over.set()

        return attended

    async def _speak(self, message: str, model: str) -> AsyncGenerator[str, None]:
        """The reply of the message's scene, as the texts of chunks."""
        scene = self.scenes.of(message.encode())
        if scene is None:
            return
        PLAYED.get().append(scene)
        for number, action in enumerate(scene.next_reply().body):
            match action:
                case Say(text, gated):
                    marker = scene.said = scene.marker(number)
                    yield f"{marker} {text} "
                    if gated:
                        await scene.gates.wait(marker)
                case Finish():
                    return
                case _:
                    await _pause(scene, action)


async def _pause(scene: Scene, action: Any) -> None:
    match action:
        case HeadGate():
            await scene.gates.wait(HEAD)
        case Hold():
            await scene.hold.wait()
        case Stall(seconds):
            await asyncio.sleep(seconds)
        case Fail(message):
            raise ModelFailed(message, "MODEL_FAILED")
        case Cut() | Reset():
            raise BrokenOff
