"""The table at the end of a run: contract by contract, over all cases."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

Record = dict[str, Any]
Key = tuple[str, str, str]
MANY = 20  # cases with a fault on a leg, from which on they are only counted

WORST = ("fail", "harness_error", "warn", "expected", "pass", "untestable", "not_applicable")
SHOWN = {
    "fail": ("[bold red]FAIL[/]"),
    "harness_error": "[bold magenta]HARNESS ERROR[/]",
    "warn": "[yellow]warn[/]",
    "expected": "[cyan]expected[/]",
    "pass": "[green]pass[/]",
    "untestable": "[dim]untestable[/]",
    "not_applicable": "[dim]not applicable[/]",
}


def outcome(record: Record) -> str:
    """The verdict, or `expected` for a declared violation."""
    declared = record["expected"] and record["verdict"] != "harness_error"
    return "expected" if declared else str(record["verdict"])


def tally(records: Iterable[Record]) -> dict[Key, Counter[str]]:
    """How often each outcome came, by target, contract and level."""
    counts: dict[Key, Counter[str]] = {}
    for record in records:
        key = (_who(record), record["contract"], record["level"])
        counts.setdefault(key, Counter())[outcome(record)] += 1
    return counts


def _who(record: Record) -> str:
    return str(record["target"]) + (f"[{record['defect']}]" if record["defect"] else "")


def worst(counts: Counter[str]) -> str:
    return next(one for one in WORST if counts[one])


def table(target: str, records: list[Record]) -> Table:
    """One row a contract."""
    made = Table(title=_plain(target), title_justify="left", box=None, pad_edge=False)
    for heading in ("contract", "level", "verdict"):
        made.add_column(heading, no_wrap=True)
    for heading in ("passed", "broken", "untestable"):
        made.add_column(heading, justify="right")
    made.add_column("first broken in", no_wrap=True)
    for (who, contract, level), counts in sorted(tally(records).items()):
        if who != target:
            continue
        broken = counts["fail"] + counts["warn"] + counts["expected"] + counts["harness_error"]
        first = _first(records, target, contract)
        numbers = (str(counts["pass"]), str(broken or ""), str(counts["untestable"] or ""))
        made.add_row(contract, level, SHOWN[worst(counts)], *numbers, _plain(first))
    return made


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _first(records: list[Record], target: str, contract: str) -> str:
    for record in records:
        same = record["contract"] == contract and target == _who(record)
        if same and outcome(record) not in ("pass", "untestable", "not_applicable"):
            return str(record["case"])
    return ""


def leg_lines(records: list[Record]) -> list[str]:
    """What the faults on the legs did, a line a case: blame that is not the target's."""
    told = {
        (record["target"], record["dialect"], record["case"]): "; ".join(record["legs"])
        for record in records
        if record["legs"]
    }
    return [f"{case} ({who}, {dialect}): {did}" for (who, dialect, case), did in told.items()]


def _show_legs(lines: list[str], console: Console) -> None:
    """A line a case, where they are few; a run of everything only counts them."""
    if len(lines) > MANY:
        told = f"Faults on the legs acted in {len(lines)} cases: that is no guilt of the target's."
        console.print(f"\n{told} `--fault GLOB` tells what they did.\n", soft_wrap=True)
    elif lines:
        console.print("\nDone by the faults on the legs, and no guilt of the target's:")
        for line in lines:
            console.print(f"  {_plain(line)}", soft_wrap=True)
        console.print("")


def show(records: list[Record], console: Console) -> None:
    """Print the table, and one line that counts the contracts by their worst verdict."""
    if records:
        for target in dict.fromkeys(who for who, _, _ in tally(records)):
            console.print(table(target, records))
        _show_legs(leg_lines(records), console)
        total = Counter(worst(counts) for counts in tally(records).values())
        console.print(", ".join(f"{SHOWN[name]} {total[name]}" for name in WORST if total[name]))
