"""The kill matrix: each planted defect against each contract, to prove that every check can fail.

The reference must pass everything; a defect must break what it declares and nothing else. A broken
SHOULD counts as broken here. What follows only from a broken prerequisite is `untestable` by the
contracts' own declarations, so any other conviction is a false alarm.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

import msgspec

from contracts.judge import discover
from harness.case import Case
from harness.chain import Chain
from harness.choosing import load
from harness.trial import in_order, run
from targets import defects

BROKEN = ("fail", "warn")
REFERENCE = "reference"


class Row(msgspec.Struct, frozen=True):
    """One defect (or none) in one dialect: contract -> the first case that broke it."""

    defect: str
    dialect: str
    broken: dict[str, str]
    errors: tuple[str, ...] = ()  # contracts that could not judge, with the reason
    vacuous: tuple[str, ...] = ()  # probes of a case that the correct reference cannot show


class Matrix(msgspec.Struct):
    """What `reports/out/kill-matrix.json` holds, and what is wrong with it."""

    defects: dict[str, dict[str, list[str]]]
    contracts: dict[str, list[str]]
    false_alarms: list[dict[str, str]]
    survivors: list[dict[str, str]]  # declared and not broken
    unproven: list[str]  # contracts that no defect breaks
    errors: list[str]
    vacuous: list[str]


def try_defect(defect: str, dialect: str, cases: Sequence[Case]) -> Row:
    """Run every case of the dialect, but the heavy ones, against the reference with this bug."""
    broken: dict[str, str] = {}
    errors: list[str] = []
    vacuous: list[str] = []
    with Chain(load(REFERENCE), dialect, defect=defect) as chain:
        chosen = [one for one in cases if one.dialect == dialect and not (defect and one.heavy)]
        for case in in_order(chosen):
            for verdict in run(case, chain).verdicts:
                if verdict.outcome in BROKEN:
                    broken.setdefault(verdict.contract.id, case.name)
                elif verdict.outcome == "harness_error":
                    errors.append(f"{verdict.contract.id} in {case.name}: {verdict.reason}")
                elif verdict.outcome != "pass" and verdict.contract.id in case.probes:
                    vacuous.append(f"{verdict.contract.id} in {case.name}: {verdict.reason}")
    return Row(defect, dialect, broken, tuple(errors), () if defect else tuple(vacuous))


def jobs(names: Iterable[str]) -> list[tuple[str, str]]:
    """The reference itself in each of its dialects, then each defect in its own."""
    itself = [("", dialect) for dialect in load(REFERENCE).dialects]
    return [*itself, *((name, defects.dialect_of(name)) for name in names)]


def run_all(
    names: Sequence[str], cases: Sequence[Case], workers: int, told: Callable[[Row], None]
) -> list[Row]:
    """All rows, in the order of the jobs; `told` hears of each as it is done."""
    work = jobs(names)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(try_defect, *job, cases): job for job in work}
        done: dict[tuple[str, str], Row] = {}
        for future in as_completed(waiting):
            done[waiting[future]] = future.result()
            told(done[waiting[future]])
    return [done[job] for job in work]


def matrix(rows: Sequence[Row]) -> Matrix:
    """Hold what was broken against what was declared."""
    kills: dict[str, list[str]] = {one: [] for one in discover()}
    table: dict[str, dict[str, list[str]]] = {}
    alarms: list[dict[str, str]] = []
    survivors: list[dict[str, str]] = []
    for row in rows:
        declared = list(defects.load(row.defect).declares) if row.defect else []
        if row.defect:
            table[row.defect] = {"declared": declared, "killed_by": sorted(row.broken)}
        for contract, case in row.broken.items():
            if contract in declared:
                kills[contract].append(row.defect)
            else:
                alarms.append({"defect": row.defect, "contract": contract, "case": case})
        survivors += [
            {"defect": row.defect, "contract": c} for c in declared if c not in row.broken
        ]
    unproven = [contract for contract, killers in kills.items() if not killers]
    errors = [f"{row.defect or REFERENCE}: {error}" for row in rows for error in row.errors]
    vacuous = [f"{row.dialect}: {probe}" for row in rows for probe in row.vacuous]
    return Matrix(table, kills, alarms, survivors, unproven, errors, vacuous)


def complaints(found: Matrix, complete: bool) -> list[str]:
    """What is wrong, a line each."""
    lines = [
        f"FALSE ALARM {a['contract']} by {a['defect'] or 'the reference itself'} in {a['case']}"
        for a in found.false_alarms
    ]
    lines += [f"SURVIVES {s['defect']} declares {s['contract']}, unbroken" for s in found.survivors]
    lines += [f"UNPROVEN {one}: no defect breaks it" for one in found.unproven if complete]
    lines += [f"VACUOUS PROBE {one}" for one in found.vacuous]
    return lines + [f"HARNESS ERROR {error}" for error in found.errors]


def encode(found: Matrix) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(found)
    return made
