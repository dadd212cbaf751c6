"""How long to measure. Never fewer than five rounds, or the median says nothing."""

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
"""Takes one line on what is being done now."""


@dataclass(frozen=True, slots=True)
class Effort:
    """`seconds` a burst of examples, `requests` and `streams` a round, `kib` of event stream."""

    rounds: int
    seconds: float
    requests: int
    streams: int
    kib: int


FULL = Effort(rounds=7, seconds=0.9, requests=250, streams=40, kib=1024)
QUICK = Effort(rounds=5, seconds=0.15, requests=60, streams=10, kib=512)
