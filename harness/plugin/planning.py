"""The plan that the options make; every contradiction is told in one line."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
import pytest
from filelock import FileLock, Timeout

from contracts.judge import discover
from harness import choosing
from harness.case import Case
from harness.errors import UsageError
from harness.plan import Plan, cases_of, contracts_of
from harness.target import Target, client_key

PLAN = pytest.StashKey[Plan]()
LOCK = pytest.StashKey[FileLock]()


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
    narrowed = option.case or option.fault or option.contract or option.defect or option.dialect
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
    return (
        f"no case speaks {spoken}: there are cases for arena, session and transparent (--dialect)"
    )


def _targets(option: Any) -> list[Target]:
    found = _named(option)
    if option.expected_failures:
        more = choosing.expectations(Path(option.expected_failures))
        found = [choosing.expecting(one, more) for one in found]
    for one in found:
        _check(one, option)
    return found


def _named(option: Any) -> list[Target]:
    """Raises UsageError for options that name a target in two ways."""
    ways = {"--base-url": option.base_url, "--proxy-command": option.proxy_command}
    given = [name for name, value in (ways | {"--target": option.target}).items() if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} name a target each: choose one of them")
    if option.base_url:
        if getattr(option, "numprocesses", None):
            raise UsageError("--base-url: one proxy is tried by one process; leave -n out")
        bind, dialect = option.upstream_bind or "", option.dialect or "transparent"
        return [choosing.running(option.base_url, bind, dialect)]
    if option.upstream_bind:
        raise UsageError("--upstream-bind goes with --base-url")
    if option.proxy_command:
        return [choosing.from_command(option.proxy_command, option.dialect or "transparent")]
    found = [choosing.load(name) for name in option.target or ["reference"]]
    return [_speaking(one, option.dialect) for one in found] if option.dialect else found


def _speaking(target: Target, dialect: str) -> Target:
    if dialect not in target.dialects:
        spoken = ", ".join(target.dialects)
        raise UsageError(f"--dialect {dialect}: target {target.name} speaks {spoken}")
    return msgspec.structs.replace(target, dialects=(dialect,))


def _check(target: Target, option: Any) -> None:
    for dialect in target.dialects:
        client_key(target.talk(dialect))
    if option.defect and not target.defect_arguments:
        raise UsageError(f"--defect goes with the target reference, not with {target.name}")
    for one in target.expects:
        if not any(fnmatchcase(known, one.contract) for known in discover()):
            told = f"[[expects]] of target {target.name}: no contract is called {one.contract}"
            raise UsageError(told)


def lock(config: pytest.Config, out: Path) -> None:
    """Two runs would delete each other's files. Raises pytest.UsageError for the second one."""
    out.mkdir(parents=True, exist_ok=True)
    held = FileLock(out / ".lock")
    try:
        held.acquire(timeout=0)
    except Timeout:
        told = f"another run is writing {out}: wait for it, or use another checkout"
        raise pytest.UsageError(told) from None
    config.stash[LOCK] = held


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
