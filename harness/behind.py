"""What stands behind the target on the chain's loop: the raw upstream, or the like of it."""

from typing import Protocol

from contracts.record import Secret
from fakes.scene import Scenes
from fakes.upstream import Upstream
from harness.case import Act
from harness.errors import UsageError
from harness.relay import Address
from harness.taps import Taps


class Behind(Protocol):
    """Who answers behind the target. `busy`: it is amid an answer."""

    @property
    def busy(self) -> bool: ...
    async def start(self) -> list[Address]: ...
    async def stop(self) -> None: ...
    def begin(self) -> None: ...
    def drop_busy(self) -> None: ...
    def do(self, act: Act) -> None: ...
    def secrets(self) -> tuple[Secret, ...]: ...


class Raw:
    """The byte-exact upstream."""

    def __init__(self, taps: Taps, scenes: Scenes) -> None:
        self.taps, self.upstream = taps, Upstream(scenes)

    @property
    def busy(self) -> bool:
        return bool(self.upstream.busy)

    async def start(self) -> list[Address]:
        return [await self.taps.serve(self.upstream.serve)]

    async def stop(self) -> None:
        """Its server belongs to the taps."""

    def begin(self) -> None:
        self.upstream.scenes.clear()

    def drop_busy(self) -> None:
        self.upstream.drop_busy()

    def do(self, act: Act) -> None:
        raise UsageError(f"{act.do} is only for the session services")

    def secrets(self) -> tuple[Secret, ...]:
        return ()
