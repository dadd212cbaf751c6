"""The rows for the eye and for programs."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.rows import Row

OUT = Path("reports/out/bench.json")
COLOURS = {"ok": "green", "over": "red", "report": "dim", "skipped": "yellow"}


def show(console: Console, rows: Sequence[Row]) -> None:
    """One table: name, what is compared, the figure, its limit and whether it holds."""
    table = Table(title="bench: medians of rounds, both sides in one run", title_justify="left")
    table.add_column("name", no_wrap=True)
    table.add_column("what is compared", ratio=1)
    table.add_column("figure", justify="right", no_wrap=True)
    table.add_column("limit", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        small = "; ".join(filter(None, (row.note, spread(row))))
        what = f"{row.compares}\n[dim]{small}[/]" if small else row.compares
        state = f"[{COLOURS[row.state]}]{row.state}[/]"
        table.add_row(row.name, what, figure(row), str(row.limit or ""), state)
    console.print(table)


def figure(row: Row) -> str:
    """Three digits are all that a measurement here is worth."""
    if row.figure is None:
        return "-"
    return f"{row.figure:.{_places(row.figure)}f} {row.unit}".strip()


def spread(row: Row) -> str:
    """The lowest and the highest round: far apart, and the median is worth little."""
    if not row.rounds:
        return ""
    low, high = min(row.rounds), max(row.rounds)
    return f"rounds {low:.{_places(low)}f} to {high:.{_places(high)}f}"


def _places(value: float) -> int:
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def write(rows: Sequence[Row], load: float, path: Path = OUT) -> None:
    """`load`: waiting processes a core when the run began."""
    told = [
        {
            "name": row.name,
            "compares": row.compares,
            "figure": row.figure,
            "unit": row.unit,
            "limit": str(row.limit or ""),
            "state": row.state,
            "rounds": row.rounds,
            "note": row.note,
        }
        for row in rows
    ]
    run = {
        "python": platform.python_version(),
        "mitmproxy": version("mitmproxy"),
        "cores": os.cpu_count(),
        "load": round(load, 2),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode({"run": run, "rows": told})) + b"\n")
