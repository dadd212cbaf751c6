"""A running stream as the rest of the chat service sees it."""

import asyncio
from dataclasses import dataclass, field

from fakes.services.records import Stream
from fakes.services.shapes import Ask

KILLED, DELETED = "killed", "deleted"


@dataclass(slots=True, eq=False)
class Live:
    """A stream while its answer goes out. sent: chunks. reserved: credits.

    ending: it was noticed that no more will be sent. over: and everything is settled.
    """

    stream: Stream
    asked: Ask
    reserved: int
    sent: int = 0
    ending: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    settlement: asyncio.Task[None] | None = None

    def stop(self, why: str) -> None:
        if not self.stopped.done():
            self.stopped.set_result(why)

    def was(self, why: str) -> bool:
        return self.stopped.done() and self.stopped.result() == why
