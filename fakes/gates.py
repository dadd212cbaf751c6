"""Gates, not clocks: a piece is sent once the one before has passed the ingress tap."""

import asyncio
from contextlib import suppress

from contracts.record import Gate
from fakes.clock import Clock

HEAD = "head"


class Gates:
    """What has passed the ingress tap, and who waits for it. Used on the chain's loop only."""

    def __init__(self, patience: float, clock: Clock) -> None:
        self.patience, self.clock = patience, clock
        self.seen: set[str] = set()
        self.log: list[Gate] = []
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def open(self, marker: str) -> None:
        self.seen.add(marker)
        waiting = self._waiting.pop(marker, None)
        if waiting and not waiting.done():
            waiting.set_result(None)

    async def passed(self, marker: str, limit: float) -> bool:
        """Wait until the marker has passed, at most so long (seconds); it is not judged."""
        if marker not in self.seen:
            waiting = self._waiting.setdefault(marker, asyncio.get_running_loop().create_future())
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), limit)
        return marker in self.seen

    async def wait(self, marker: str) -> None:
        """Wait for the marker, at most `patience` seconds; after one miss nobody waits again."""
        waited = self.clock()
        if marker in self.seen:
            self.log.append(Gate(marker, waited, opened=waited))
            return
        if any(gate.missed is not None for gate in self.log):
            return
        waiting = self._waiting.setdefault(marker, asyncio.get_running_loop().create_future())
        try:
            await asyncio.wait_for(asyncio.shield(waiting), self.patience)
            self.log.append(Gate(marker, waited, opened=self.clock()))
        except TimeoutError:
            self.log.append(Gate(marker, waited, missed=self.clock()))
