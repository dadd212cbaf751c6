"""The options of `uv run pytest`, and the plan that they make."""

from pathlib import Path
from typing import Any

import pytest

from harness import choosing
from harness.case import Case
from harness.errors import UsageError
from harness.plan import Plan, cases_of, contracts_of
from harness.target import CHECKOUT, Target, client_key

PLAN = pytest.StashKey[Plan]()
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
            "default": "transparent",
            "metavar": "D",
            "help": "transparent, arena, openai or session, for the two options above",
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
    used = any(
        getattr(config.option, name.strip("-").replace("-", "_")) != details.get("default")
        for name, details in OPTIONS
        if "action" not in details or details["action"] == "append"
    )
    if used and config.inipath != CHECKOUT / "pytest.ini":
        raise pytest.UsageError(
            "run pytest in the checkout of Proxytrial; "
            "a path outside of it needs an equals sign: --target=/path/to/my-proxy.toml"
        )


def tries_targets(config: pytest.Config) -> bool:
    """Whether the arguments reach the scenarios, and not only the project's own tests."""
    scenarios = config.rootpath / "scenarios"
    named = [
        (config.invocation_params.dir / arg.partition("::")[0]).resolve() for arg in config.args
    ]
    return any(one.is_relative_to(scenarios) or scenarios.is_relative_to(one) for one in named)


def plan_of(config: pytest.Config, catalogue: tuple[Case, ...]) -> Plan:
    """The plan, made once. Raises pytest.UsageError in one line for bad input."""
    if PLAN not in config.stash:
        try:
            config.stash[PLAN] = _plan(config, catalogue)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[PLAN]


def _plan(config: pytest.Config, catalogue: tuple[Case, ...]) -> Plan:
    option = config.option
    chosen = cases_of(catalogue, option.case or (), option.fault or ())
    named = tuple(_targets(option))
    if option.patience <= 0:
        raise UsageError(f"--patience {option.patience}: more than 0 seconds are needed")
    for one in named:
        if option.case and not any(case.dialect in one.dialects for case in chosen):
            raise UsageError(f"--case: target {one.name} does not speak {chosen[0].dialect}")
    narrowed = option.case or option.fault or option.contract or option.defect
    plan = Plan(
        targets=named,
        contracts=contracts_of(option.contract or ()),
        cases=_of_defect(chosen, option.defect),
        defect=option.defect,
        patience=option.patience,
        strict=option.strict_contracts,
        complete=not (narrowed or option.keyword or option.deselect),
        properties=not (option.case or option.fault),
        out=Path(config.rootpath) / "reports" / "out",
    )
    if not plan.items():
        raise UsageError(_nothing_to_try(option, named))
    return plan


def _nothing_to_try(option: Any, named: tuple[Target, ...]) -> str:
    if option.contract:
        return f"--contract {' '.join(option.contract)}: no case probes it here"
    spoken = ", ".join(dialect for one in named for dialect in one.dialects)
    return f"no case speaks {spoken}: there are cases for arena and transparent (--dialect)"


def _targets(option: Any) -> list[Target]:
    if option.base_url:
        found = [choosing.running(option.base_url, option.upstream_bind or "", option.dialect)]
    elif option.upstream_bind:
        raise UsageError("--upstream-bind goes with --base-url")
    elif option.proxy_command:
        found = [choosing.from_command(option.proxy_command, option.dialect)]
    else:
        found = [choosing.load(name) for name in option.target or ["reference"]]
    if option.expected_failures:
        more = choosing.expectations(Path(option.expected_failures))
        found = [choosing.expecting(one, more) for one in found]
    for one in found:
        for dialect in one.dialects:
            client_key(one.talk(dialect))
        if option.defect and not one.defect_arguments:
            raise UsageError(f"--defect goes with the target reference, not with {one.name}")
    return found


def _of_defect(cases: tuple[Case, ...], defect: str) -> tuple[Case, ...]:
    """A defect lives in one dialect of the reference; the other has nothing new to say."""
    if not defect:
        return cases
    from targets import defects

    try:
        dialect = defects.dialect_of(defect)
    except ValueError as error:
        raise UsageError(f"--defect {defect}: {error}") from error
    return tuple(case for case in cases if case.dialect == dialect)
