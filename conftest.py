"""Options and fixtures: wiring only; what they are made of is in `harness.plugin`."""

import pytest

from harness.plugin.options import plan_of, pytest_addoption, tries_targets
from harness.plugin.recording import Recorder
from scenarios import profiles
from scenarios.cases import catalogue

__all__ = ["pytest_addoption", "pytest_configure"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    profiles.load(config)
    if tries_targets(config):
        recorder = Recorder(config, plan_of(config, catalogue()).out)
        recorder.begin()
        config.pluginmanager.register(recorder, "proxytrial-recorder")
