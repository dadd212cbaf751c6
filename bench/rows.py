"""What one benchmark says: a figure from several rounds, and the limit that it is held against.

Absolute figures move by 40 % from machine to machine and from hour to hour. A ratio of two things
measured side by side in one run does not, so limits are put on ratios; both sides are taken in the
same round and the median of the rounds counts, so that one bad moment decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import median
from typing import Literal

State = Literal["ok", "over", "report", "skipped"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The figure must be at least or at most this, in the row's own unit."""

    sense: Literal[">=", "<="]
    value: float

    def holds(self, figure: float) -> bool:
        return figure >= self.value if self.sense == ">=" else figure <= self.value

    def __str__(self) -> str:
        return f"{self.sense} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `rounds` are the figures of the rounds, empty if it was skipped.

    `note` says why it was skipped, or which absolute figures the ratio is made of.
    """

    name: str
    compares: str
    rounds: tuple[float, ...] = ()
    unit: str = ""
    limit: Limit | None = None
    note: str = ""

    @property
    def figure(self) -> float | None:
        """The median of the rounds; None if there were none."""
        return median(self.rounds) if self.rounds else None

    @property
    def state(self) -> State:
        """`report` has no limit to hold."""
        if self.figure is None:
            return "skipped"
        if self.limit is None:
            return "report"
        return "ok" if self.limit.holds(self.figure) else "over"


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    """Round by round, never the ratio of two medians. ValueError: a side has rounds too few."""
    return tuple(a / b for a, b in zip(above, below, strict=True))


def differences(with_it: Sequence[float], without: Sequence[float]) -> tuple[float, ...]:
    """What each round added. ValueError: a side has rounds too few."""
    return tuple(a - b for a, b in zip(with_it, without, strict=True))


def wanted(names: Sequence[str], only: str) -> tuple[str, ...]:
    """The names that the glob matches; all of them for an empty one."""
    return tuple(name for name in names if not only or fnmatchcase(name, only))
