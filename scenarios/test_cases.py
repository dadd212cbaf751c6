"""Every case against every target: one item a contract probed, one for all others."""

import pytest

from harness.plan import OTHERS, Item, Plan
from harness.plugin import allure
from harness.plugin.outcomes import conclude, judge_item
from harness.plugin.planning import plan_of
from harness.plugin.recording import RECORDS
from harness.trial import Trials
from scenarios.cases import catalogue


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    items = plan_of(metafunc.config, catalogue()).items()
    params = [
        pytest.param(one, id=one.id, marks=pytest.mark.xdist_group(one.group)) for one in items
    ]
    metafunc.parametrize("item", params)


def test_contract(item: Item, plan: Plan, trials: Trials, request: pytest.FixtureRequest) -> None:
    allure.label(item, plan.defect)
    records, trial = judge_item(item, plan, trials)
    request.node.stash[RECORDS] = records
    allure.file_under(item, records)
    if item.contract == OTHERS or any(one["findings"] for one in records):
        allure.attach(trial, records)
    conclude(records, strict=plan.strict)
