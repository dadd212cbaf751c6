"""How verdicts become the outcome of a pytest item: pass, fail, expected violation, skip."""

from collections.abc import Sequence

import pytest
from _pytest.outcomes import Failed

from contracts.verdict import Verdict
from harness.errors import HarnessError, TargetError, UsageError
from harness.plan import OTHERS, Item, Plan
from harness.target import Target
from harness.trial import Trial, Trials
from harness.verdicts import CONVICTED, Record, record
from reports.message import message


class Convicted(Failed):
    """A broken contract, told to people; the files have its record."""

    __module__ = "builtins"  # as pytest's own outcomes: reports name the class without its path

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__("\n\n".join(message(one) for one in records), pytrace=False)


def judge_item(item: Item, plan: Plan, trials: Trials) -> tuple[list[Record], Trial]:
    """The records of one item. Raises pytest outcomes for a target that is not to be had."""
    trial = attempt(item, trials)
    if item.contract == OTHERS:
        ids = plan.others(item.case)
        verdicts = [v for v in trial.verdicts if v.contract.id in ids and not _silent(v)]
    else:
        verdicts = [trial.verdict(item.contract)]
    return [record(trial, verdict, plan.out) for verdict in verdicts], trial


def attempt(item: Item, trials: Trials) -> Trial:
    """Run the item's case; a target that cannot be tried is one readable line."""
    require(item.target)
    try:
        return trials.of(item.target, item.case)
    except HarnessError as error:
        told = f"HARNESS ERROR {error}"
    except (TargetError, UsageError) as error:
        told = f"TARGET ERROR {error}"
    pytest.fail(told, pytrace=False)


def require(target: Target) -> None:
    """Skip with the reason if the target's program is missing."""
    if not target.installed():
        program, how = target.command[0], target.how_to_install()
        pytest.skip(f"UNTESTABLE target {target.name}: {program} is not installed ({how})")


def _silent(verdict: Verdict) -> bool:
    """Only where it was probed does it matter that a contract could not be tested."""
    return verdict.outcome in ("untestable", "not_applicable")


def conclude(records: Sequence[Record], *, strict: bool) -> None:
    """Raise what pytest is to report; return if all is well."""
    guilty = [one for one in records if _counts(one, strict)]
    if guilty:
        raise Convicted(guilty)
    excused = [one for one in records if one["expected"] and one["verdict"] in CONVICTED]
    if excused:
        pytest.xfail(f"{excused[0]['contract']}: {excused[0]['expected']}")
    if records and all(one["verdict"] in ("untestable", "not_applicable") for one in records):
        word = records[0]["verdict"].replace("_", " ").upper()
        pytest.skip(f"{word} {records[0]['contract']}: {records[0]['reason']}")


def _counts(one: Record, strict: bool) -> bool:
    heavy = ("fail", "harness_error", "warn") if strict else ("fail", "harness_error")
    return one["verdict"] in heavy and not (one["expected"] and one["verdict"] != "harness_error")
