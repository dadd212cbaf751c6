"""Whatever a client sends, whatever the edge answers, and in whatever order: every contract holds.

A made-up case is judged by all contracts; what breaks one is shrunk, and the smallest case is
written as a file that replays anywhere.
"""

from collections.abc import Callable

import pytest

from harness.plan import Plan
from harness.plugin import allure
from harness.plugin.outcomes import conclude, require
from harness.plugin.planning import plan_of
from harness.plugin.recording import RECORDS
from harness.target import Target
from harness.trial import Trials
from harness.verdicts import Record
from scenarios import session_machine, session_strategies, strategies
from scenarios.cases import catalogue
from scenarios.search import Drive, Search, drawn

Tried = tuple[Target, str]
Property = Callable[[Tried, Drive], None]
SPOKEN = {
    "test_made_up_headers": ("arena", "transparent"),
    "test_made_up_answers": ("arena", "transparent"),
    "test_made_up_ids": ("session",),
    "test_made_up_talk": ("session",),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    plan = plan_of(metafunc.config, catalogue())
    name = metafunc.function.__name__
    dialects = sorted({case.dialect for case in plan.cases} & {*SPOKEN[name]})
    params = [
        pytest.param(
            (target, dialect),
            id=f"{target.name}-{dialect}",
            marks=pytest.mark.xdist_group(f"{target.name}-{dialect}-{name}"),
        )
        for target in plan.targets
        for dialect in dialects
        if plan.properties and dialect in target.dialects
    ]
    metafunc.parametrize("tried", params)


def test_made_up_headers(tried: Tried, holds: Property) -> None:
    holds(tried, drawn(strategies.asked_twice(tried[1])))


def test_made_up_answers(tried: Tried, holds: Property) -> None:
    holds(tried, drawn(strategies.answered_badly(tried[1])))


def test_made_up_ids(tried: Tried, holds: Property) -> None:
    holds(tried, drawn(session_strategies.updated_oddly()))


def test_made_up_talk(tried: Tried, holds: Property) -> None:
    holds(tried, session_machine.talked)


@pytest.fixture
def holds(plan: Plan, trials: Trials, request: pytest.FixtureRequest) -> Property:
    """Fails with the smallest case for each contract that the made-up cases break."""

    def all_hold(tried: Tried, drive: Drive) -> None:
        target = tried[0]
        require(target)
        allure.label_property(request.node.originalname, target.name, plan.defect)
        search, records = Search(target, plan, trials), list[Record]()
        try:
            for trial, told in search.records(drive):
                allure.attach(trial, told)
                records += told
        except session_machine.Unexplained as error:
            pytest.fail(f"UNEXPLAINED {error}", pytrace=False)
        if search.trouble:
            pytest.fail(search.trouble, pytrace=False)
        request.node.stash[RECORDS] = records
        conclude(records, strict=plan.strict)

    return all_hold
