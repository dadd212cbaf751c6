"""The one clock of a run: seconds since it began."""

import time


class Clock:
    """Call it for the time; `zero()` begins a new run."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def zero(self) -> None:
        self._start = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._start
