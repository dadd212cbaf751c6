"""Examples a second of whole set-ups, raced against each other in turns.

Each side of a comparison is some workers with a stack each. In every round each side plays one
burst alone on the machine; the order of the sides turns round by round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.crew import Job, Worker, size, together
from bench.effort import Effort, Say
from bench.rows import Limit, Row, ratios


@dataclass(frozen=True, slots=True)
class Side:
    """So many workers at this job."""

    stack: str
    kind: str
    workers: int = 1

    @property
    def job(self) -> Job:
        return Job(self.stack, self.kind)


@dataclass(frozen=True, slots=True)
class Race:
    """One comparison; `least` is the limit of above / below, 0 for none."""

    name: str
    compares: str
    above: Side
    below: Side
    least: float = 0

    def row(self, rates: Mapping[Side, Sequence[float]]) -> Row:
        above, below = rates[self.above], rates[self.below]
        limit = Limit(">=", self.least) if self.least else None
        note = f"{median(above):.0f} and {median(below):.0f} examples/s"
        return Row(self.name, self.compares, ratios(above, below), "x", limit, note)


DIRECT, NAIVE = Side("direct", "plain"), Side("naive", "plain")

RACES = (
    Race(
        "recommended_over_naive",
        "the stack as it is used, both legs, 2 workers / mitmdump, bridge, mitmdump, requests",
        Side("chain", "legs_exact", 2),
        NAIVE,
        2.5,
    ),
    Race(
        "same_client_over_naive",
        "the same with requests as client on both sides",
        Side("chain", "legs", 2),
        NAIVE,
    ),
    Race(
        "gated_workers",
        "every event gated, both legs: 2 workers / 1 worker",
        Side("chain", "gated_exact", 2),
        Side("chain", "gated_exact"),
        1.6,
    ),
    Race(
        "chain_over_direct",
        "both legs, bridge a process of its own, requests / requests straight to upstream",
        Side("apart", "legs"),
        DIRECT,
        0.33,
    ),
    Race(
        "taps_over_direct",
        "taps and bridge without mitmproxy, requests / requests straight to upstream",
        Side("chain", "plain"),
        DIRECT,
    ),
)
NAMES = tuple(race.name for race in RACES)


def measure(names: Sequence[str], effort: Effort, say: Say) -> list[Row]:
    """The rows named. Raises WorkerError."""
    races = [race for race in RACES if race.name in names]
    sides = tuple(dict.fromkeys(side for race in races for side in (race.above, race.below)))
    say("starting the workers")
    crew = [Worker.start() for _ in range(max(side.workers for side in sides))]
    try:
        rates = _rounds(sides, crew, effort, say)
    finally:
        for worker in crew:
            worker.stop()
    return [race.row(rates) for race in races]


def _rounds(
    sides: Sequence[Side], crew: Sequence[Worker], effort: Effort, say: Say
) -> Mapping[Side, list[float]]:
    counts: dict[Job, int] = {}
    for side in sorted(sides, key=lambda one: -one.workers):
        if side.job not in counts:
            say(f"warming up {side.stack} {side.kind}")
            counts[side.job] = size(crew[: side.workers], side.job, effort.seconds)
    rates: dict[Side, list[float]] = {side: [] for side in sides}
    for number in range(effort.rounds):
        say(f"round {number + 1} of {effort.rounds}")
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            rates[side].append(together(crew[: side.workers], side.job, counts[side.job]))
    return rates
