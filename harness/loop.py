"""One asyncio loop in a background thread, for parts that run beside a blocking client."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from harness.relay import Address

T = TypeVar("T")
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Loop:
    """Use it as a context manager; at the end every task on it is cancelled."""

    def __enter__(self) -> "Loop":
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_tell)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it on the loop, from another thread, to its end."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def serve(self, connected: Connected) -> Address:
        """Listen on a free loopback port; the address."""
        server = self.wait(asyncio.start_server(connected, "127.0.0.1", 0))
        host, port = server.sockets[0].getsockname()
        return (host, port)

    async def _end(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """On 3.11 a stream handler that was cancelled is reported as an error: it is none."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
