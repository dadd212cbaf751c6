"""A report for people, as a table and a panel, or for programs, as one JSON object."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from harness.diagnose.walk import Report

COLORS = {"ok": "green", "bad": "red", "skipped": "dim"}
STATUS = {"all well": 0, "cause found": 1, "cannot tell": 2}
NOTED = 1  # exit status where all is well but for the notes
PLAIN_WIDTH = 140


def show(report: Report, as_json: bool) -> int:
    """Print it; the exit status that goes with it."""
    if as_json:
        print(json.dumps(encode(report), indent=1))
    else:
        console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
        if report.tried:
            console.print(f"tried {report.tried}\n", markup=False, soft_wrap=True)
        console.print(_table(report))
        _show_verdict(report, console)
    return STATUS[report.verdict.verdict] or (NOTED if report.verdict.notes else 0)


def encode(report: Report) -> dict[str, object]:
    told = asdict(report.verdict)
    told |= {"tried": report.tried} if report.tried else {}
    return told | {"steps": [asdict(step) for step in report.steps]}


def _table(report: Report) -> Table:
    made = Table(box=None, pad_edge=False)
    made.add_column("step", no_wrap=True)
    made.add_column("outcome", no_wrap=True)
    made.add_column("did", max_width=36)
    made.add_column("saw", overflow="fold")
    for step in report.steps:
        outcome = Text(step.outcome, COLORS[step.outcome])
        made.add_row(step.name, outcome, step.did, Text(step.saw))
    return made


def _show_verdict(report: Report, console: Console) -> None:
    """A panel on a terminal, plain lines in a pipe."""
    verdict = report.verdict
    scope = f" {report.scope}" if report.scope and verdict.verdict == "all well" else ""
    title = f"{verdict.verdict.upper()}{scope}"
    rows = [f"evidence   {line}" for line in verdict.evidence]
    rows += [f"fix        {verdict.fix}"] if verdict.fix else []
    rows += [f"contracts  {', '.join(verdict.contracts)}"] if verdict.contracts else []
    rows += [f"noticed: {line}" for line in verdict.notes]
    console.print()
    if console.is_terminal:
        color = "green" if verdict.verdict == "all well" and not verdict.notes else "red"
        told = [f"cause      {verdict.cause}", *rows] if verdict.cause else rows
        body = Text("\n".join(told) or "Every step went as it should.")
        console.print(Panel(body, title=title, title_align="left", border_style=color))
    else:
        first = f"{title}: {verdict.cause}" if verdict.cause else title
        console.print("\n".join([first, *rows]), markup=False, soft_wrap=True)


def progress(names: Sequence[str]) -> Callable[[str], None]:
    """Tells each step on standard error before it begins, and what one waits for."""
    console = Console(stderr=True, highlight=False)

    def told(line: str) -> None:
        step = f"{names.index(line) + 1}/{len(names)} " if line in names else "      "
        console.print(f"{step}{line}", markup=False, soft_wrap=True)

    return told
