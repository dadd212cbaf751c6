"""Wiring only: what it is made of is in `harness.plugin`, which also has the options."""

import pytest

from harness.plugin.planning import plan_of, tries_targets
from harness.plugin.recording import Recorder
from scenarios import profiles
from scenarios.cases import catalogue


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    profiles.load(config)
    if tries_targets(config):
        recorder = Recorder(config, plan_of(config, catalogue()).out)
        recorder.begin()
        config.pluginmanager.register(recorder, "proxytrial-recorder")
