"""The options of `uv run pytest`."""

from typing import Any

import pytest

from harness.target import CHECKOUT

OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--target",
        {
            "action": "append",
            "metavar": "NAME|FILE",
            "help": "target by name or TOML file (repeatable; default reference)",
        },
    ),
    (
        "--base-url",
        {"metavar": "URL", "help": "a proxy that runs already, such as http://127.0.0.1:8080"},
    ),
    (
        "--upstream-bind",
        {
            "metavar": "HOST:PORT",
            "help": "with --base-url: where that proxy sends its upstream requests",
        },
    ),
    (
        "--proxy-command",
        {
            "metavar": "COMMAND",
            "help": "start a proxy by a command with {port} and {upstream} in it",
        },
    ),
    (
        "--dialect",
        {
            "metavar": "D",
            "help": "try only this dialect (transparent, session or arena); "
            "with the two options above: what your proxy speaks (default transparent)",
        },
    ),
    (
        "--defect",
        {"metavar": "NAME", "default": "", "help": "plant this bug in the reference target"},
    ),
    (
        "--contract",
        {"action": "append", "metavar": "GLOB", "help": "judge only these contracts (repeatable)"},
    ),
    (
        "--fault",
        {
            "action": "append",
            "metavar": "GLOB",
            "help": "only cases with such a fault (repeatable)",
        },
    ),
    (
        "--case",
        {"action": "append", "metavar": "FILE", "help": "replay this case file (repeatable)"},
    ),
    (
        "--patience",
        {
            "type": float,
            "default": 0.5,
            "metavar": "S",
            "help": "seconds the upstream waits for an event to pass",
        },
    ),
    ("--strict-contracts", {"action": "store_true", "help": "a broken SHOULD fails, too"}),
    ("--expected-failures", {"metavar": "FILE", "help": "TOML file with more [[expects]] tables"}),
)


EXAMPLES = (
    "uv run pytest --target nginx; "
    "uv run pytest --base-url http://127.0.0.1:8080 --upstream-bind 127.0.0.1:9000; "
    "uv run pytest --defect seed_403 --contract 'identity.*'"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("proxytrial", f"proxytrial: who is on trial, and for what ({EXAMPLES})")
    for name, details in OPTIONS:
        group.addoption(name, **details)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """pytest takes the path after an option for a test file, and looks for its ini file there."""
    if config.inipath == CHECKOUT / "pytest.ini":
        return
    for name, details in OPTIONS:
        given = getattr(config.option, name.strip("-").replace("-", "_"))
        if given and given != details.get("default"):
            value = given[0] if isinstance(given, list) else given
            raise pytest.UsageError(
                "run pytest in the checkout of Proxytrial; "
                f"a path outside of it needs an equals sign: {name}={value}"
            )
