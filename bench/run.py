"""Run the benchmarks: `uv run proxytrial bench [--quick] [--only GLOB] [--strict]`."""

import argparse
import os
from collections.abc import Mapping, Sequence
from time import monotonic
from types import ModuleType

from rich.console import Console

from bench import hops, judging, reading, throughput
from bench.crew import WorkerError
from bench.effort import FULL, QUICK, Say
from bench.rows import Row, wanted
from bench.table import show, write
from harness.errors import TargetError, UsageError

TOPICS: Mapping[str, ModuleType] = {
    "throughput": throughput,
    "hops": hops,
    "judging": judging,
    "reading": reading,
}
NAMES = tuple(name for topic in TOPICS.values() for name in topic.NAMES)
BUSY = 0.5  # waiting processes a core


def run(console: Console, quick: bool = False, only: str = "") -> list[Row]:
    """Measure, print the table and write `reports/out/bench.json`.

    Raises UsageError for a glob that matches nothing, WorkerError or TargetError if a part of a
    set-up does not start.
    """
    if not wanted(NAMES, only):
        raise UsageError(f"--only {only}: no benchmark has such a name; {', '.join(NAMES)}")
    load = _load()
    if load > BUSY:
        console.print(f"[yellow]this machine is busy (load {load:.1f} a core): expect noise[/]")
    effort, rows = QUICK if quick else FULL, list[Row]()
    for title, topic in TOPICS.items():
        if names := wanted(topic.NAMES, only):
            rows += topic.measure(names, effort, _teller(console, title))
    show(console, rows)
    write(rows, load)
    return rows


def _teller(console: Console, title: str) -> Say:
    begun = monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{monotonic() - begun:5.1f} s  {title}: {text}[/]", highlight=False)

    return say


def _load() -> float:
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except (AttributeError, OSError):
        return 0.0


def main(argv: Sequence[str] | None = None) -> int:
    """0; with --strict 1 if a limit was missed; 2 if it could not run."""
    parser = argparse.ArgumentParser(prog="proxytrial bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="half a minute, rougher figures")
    parser.add_argument("--only", default="", metavar="GLOB", help="only the rows that match")
    parser.add_argument("--strict", action="store_true", help="a missed limit fails")
    chosen, console = parser.parse_args(argv), Console()
    try:
        rows = run(console, chosen.quick, chosen.only)
    except (UsageError, TargetError, WorkerError) as error:
        console.print(f"proxytrial bench: {error}", style="red", markup=False)
        return 2
    return int(chosen.strict and any(row.state == "over" for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
