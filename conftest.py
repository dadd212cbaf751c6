"""Options and fixtures: wiring only; what they are made of is in `harness.plugin`."""

pytest_plugins = ["harness.plugin.options"]
