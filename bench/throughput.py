"""Examples a second of whole set-ups, raced against each other in turns.

Each side of a comparison is some workers with a stack each. In every round each side plays one
burst alone on the machine; the order of the sides turns round by round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.crew import Worker, size, together
from bench.rows import Limit, Row, ratios

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """So many workers with this stack."""

    stack: str
    workers: int = 1


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


RACES = (
    Race(
        "recommended_over_naive",
        "chain with both legs in one process, 2 workers / mitmdump, bridge, mitmdump, 1 worker",
        Side("legs", 2),
        Side("naive"),
        2.5,
    ),
    Race(
        "gated_workers",
        "every event gated: 2 workers / 1 worker",
        Side("gated", 2),
        Side("gated"),
        1.6,
    ),
    Race(
        "chain_over_direct",
        "chain with both legs, target a process of its own / client straight to upstream",
        Side("apart"),
        Side("direct"),
        0.33,
    ),
    Race(
        "taps_over_direct",
        "chain without mitmproxy, in one process / client straight to upstream",
        Side("chain"),
        Side("direct"),
    ),
)
NAMES = tuple(race.name for race in RACES)


def measure(names: Sequence[str], rounds: int, seconds: float, say: Say) -> list[Row]:
    """The rows named. A burst takes about so many seconds. Raises WorkerError."""
    races = [race for race in RACES if race.name in names]
    sides = tuple(dict.fromkeys(side for race in races for side in (race.above, race.below)))
    most = {s.stack: max(o.workers for o in sides if o.stack == s.stack) for s in sides}
    say("starting the workers")
    crews = {stack: [Worker.start(stack) for _ in range(n)] for stack, n in most.items()}
    try:
        for worker in (one for crew in crews.values() for one in crew):
            worker.answer()
        rates = _rounds(sides, crews, rounds, seconds, say)
    finally:
        for worker in (one for crew in crews.values() for one in crew):
            worker.stop()
    return [race.row(rates) for race in races]


def _rounds(
    sides: Sequence[Side],
    crews: Mapping[str, Sequence[Worker]],
    rounds: int,
    seconds: float,
    say: Say,
) -> Mapping[Side, list[float]]:
    say("warming up")
    counts = {stack: size(crew, seconds) for stack, crew in crews.items()}
    rates: dict[Side, list[float]] = {side: [] for side in sides}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            workers = crews[side.stack][: side.workers]
            rates[side].append(together(workers, counts[side.stack]))
    return rates
