"""What there is to name: contracts, faults, targets and defects, as tables or as JSON."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]
WIDE = None if sys.stdout.isatty() else 1000  # a pipe has no width: lines stay whole


def contracts() -> list[Row]:
    from contracts.judge import discover

    told = ("id", "level", "applies", "judges", "statement", "basis")
    return [
        {name: getattr(one, name) for name in told} | {"seen": list(one.seen)}
        for one in discover().values()
    ]


def faults() -> list[Row]:
    from harness.faults import catalogue

    return [asdict(one) for one in catalogue()]


def targets() -> list[Row]:
    from harness import choosing

    return [
        {
            "name": one.name,
            "installed": one.installed(),
            "dialects": list(one.dialects),
            "summary": one.summary,
            "install": dict(one.install),
        }
        for one in map(choosing.load, choosing.names())
    ]


def defects() -> list[Row]:
    from targets import defects as planted

    return [
        {
            "name": name,
            "dialect": planted.dialect_of(name),
            "of": planted.place_of(name),
            "declares": list(planted.load(name).declares),
            "story": _story(sys.modules[planted.load(name).__module__]),
        }
        for name in planted.names()
    ]


def _story(module: ModuleType) -> str:
    return " ".join((module.__doc__ or "").strip().split("\n\n")[0].split())


def show(rows: Iterable[Row], columns: tuple[str, ...], as_json: bool) -> None:
    """Print the rows: these columns as a table, or all members as JSON objects."""
    if as_json:
        print(json.dumps(list(rows), indent=1))
        return
    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, no_wrap=column in ("id", "name", "declares"), overflow="fold")
    for row in rows:
        made.add_row(*(_cell(row[column]) for column in columns))
    Console(width=WIDE).print(made)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(value) if isinstance(value, list) else str(value)
