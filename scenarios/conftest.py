"""Fixtures of the trials: one set of warm chains a process, records for the report."""

from collections.abc import Iterator

import pytest

from harness.plan import Plan
from harness.plugin.options import plan_of
from harness.plugin.recording import Recorder
from harness.trial import Trials
from scenarios import profiles
from scenarios.cases import catalogue


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    profiles.load(config)
    recorder = Recorder(config, plan_of(config, catalogue()).out)
    recorder.begin()
    config.pluginmanager.register(recorder, "proxytrial-recorder")


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> Plan:
    return plan_of(pytestconfig, catalogue())


@pytest.fixture(scope="session")
def trials(plan: Plan) -> Iterator[Trials]:
    made = Trials(plan.defect, plan.patience)
    yield made
    made.close()
