"""Whatever legal headers the client sends, and whatever the edge answers, every contract holds.

A made-up case is judged by all contracts; what breaks one is shrunk, and the smallest case is
written as a file that replays anywhere.
"""

import pytest
from hypothesis.strategies import SearchStrategy

from harness.case import Case
from harness.plan import Plan
from harness.plugin import allure
from harness.plugin.outcomes import conclude, require
from harness.plugin.planning import plan_of
from harness.plugin.recording import RECORDS
from harness.target import Target
from harness.trial import Trials
from harness.verdicts import Record
from scenarios import strategies
from scenarios.cases import catalogue
from scenarios.search import Search


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
    search, records = Search(target, plan, trials), list[Record]()
    for trial, told in search.records(cases):
        allure.attach(trial, told)
        records += told
    if search.trouble:
        pytest.fail(search.trouble, pytrace=False)
    request.node.stash[RECORDS] = records
    conclude(records, strict=plan.strict)
