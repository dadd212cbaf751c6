"""Whatever legal headers the client sends, and whatever the edge answers, every contract holds.

A made-up case is judged by all contracts; what breaks one is shrunk, and the smallest case is
written as a file that replays anywhere.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from harness.case import Case
from harness.errors import HarnessError, TargetError, UsageError
from harness.plan import Plan
from harness.plugin import allure
from harness.plugin.outcomes import conclude, require
from harness.plugin.planning import plan_of
from harness.plugin.recording import RECORDS
from harness.target import Target
from harness.trial import Trial, Trials
from harness.verdicts import CONVICTED, record
from scenarios import strategies
from scenarios.cases import catalogue


class Broken(Exception):  # noqa: N818
    """A made-up case broke a contract: hypothesis shrinks it."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.case.id)
        self.trial = trial


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    plan = plan_of(metafunc.config, catalogue())
    dialects = sorted({case.dialect for case in plan.cases} & {"arena", "transparent"})
    params = [
        pytest.param(
            (target, dialect),
            id=f"{target.name}-{dialect}",
            marks=pytest.mark.xdist_group(f"{target.name}-{dialect}-{metafunc.function.__name__}"),
        )
        for target in plan.targets
        for dialect in dialects
        if plan.properties and dialect in target.dialects
    ]
    metafunc.parametrize("tried", params)


def test_made_up_headers(
    tried: tuple[Target, str], plan: Plan, trials: Trials, request: pytest.FixtureRequest
) -> None:
    _try_all(strategies.asked_twice(tried[1]), tried[0], plan, trials, request)


def test_made_up_answers(
    tried: tuple[Target, str], plan: Plan, trials: Trials, request: pytest.FixtureRequest
) -> None:
    _try_all(strategies.answered_badly(tried[1]), tried[0], plan, trials, request)


def _try_all(
    cases: SearchStrategy[Case],
    target: Target,
    plan: Plan,
    trials: Trials,
    request: pytest.FixtureRequest,
) -> None:
    require(target)
    allure.label_property(request.node.originalname, target.name, plan.defect)

    trouble: list[str] = []
    declared: list[Trial] = []

    @given(cases)
    def every_contract_holds(case: Case) -> None:
        if trouble:
            return  # a target that cannot be tried is nothing to shrink
        try:
            trial = trials.fresh(target, case)
        except HarnessError as error:
            trouble.append(f"HARNESS ERROR {error}")
            return
        except (TargetError, UsageError) as error:
            trouble.append(f"TARGET ERROR {error}")
            return
        if _guilty(plan, trial):
            raise Broken(trial)
        if any(verdict.outcome == "fail" for verdict in trial.verdicts):
            declared.append(trial)

    found = _smallest(every_contract_holds) or next(iter(declared), None)
    if trouble:
        pytest.fail(trouble[0], pytrace=False)
    if found:
        records = [record(found, v, plan.out) for v in found.verdicts if v.outcome in CONVICTED]
        records = [one for one in records if one["contract"] in plan.contracts]
        request.node.stash[RECORDS] = records
        allure.attach(found, records)
        conclude(records, strict=plan.strict)


def _smallest(property_holds: Callable[[], None]) -> Trial | None:
    """The trial of the shrunk case; None if the property holds."""
    try:
        property_holds()
    except Broken as broken:
        return broken.trial
    return None


def _guilty(plan: Plan, trial: Trial) -> list[str]:
    """Broken contracts that are not declared."""
    heavy = ("fail", "harness_error", "warn") if plan.strict else ("fail", "harness_error")
    kinds = [fault.kind for fault in trial.case.faults]
    return [
        verdict.contract.id
        for verdict in trial.verdicts
        if verdict.outcome in heavy
        and verdict.contract.id in plan.contracts
        and not trial.target.expectation(
            verdict.contract.id, trial.case.name, kinds, trial.case.dialect
        )
    ]
