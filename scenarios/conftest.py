"""Fixtures of the trials: the plan of the run, and one set of warm chains a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.plan import Plan
from harness.plugin.planning import plan_of
from harness.trial import Trials
from scenarios.cases import catalogue


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Made-up cases have no place in the replay of a case or the choice of a fault."""
    made_up = collection_path.name == "test_properties.py"
    return True if made_up and not plan_of(config, catalogue()).properties else None


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> Plan:
    return plan_of(pytestconfig, catalogue())


@pytest.fixture(scope="session")
def trials(plan: Plan) -> Iterator[Trials]:
    made = Trials(plan.defect, plan.patience)
    yield made
    made.close()
