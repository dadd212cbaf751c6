"""Fixtures of the trials: the plan of the run, and one set of warm chains a process."""

from collections.abc import Iterator

import pytest

from harness.plan import Plan
from harness.plugin.options import plan_of
from harness.trial import Trials
from scenarios.cases import catalogue


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> Plan:
    return plan_of(pytestconfig, catalogue())


@pytest.fixture(scope="session")
def trials(plan: Plan) -> Iterator[Trials]:
    made = Trials(plan.defect, plan.patience)
    yield made
    made.close()
