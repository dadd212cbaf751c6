"""Find the contracts and judge a trace by them: pure, repeatable, no clock.

A contract that a broken prerequisite makes meaningless is `untestable`, so a defect shows as the
contracts that it breaks itself. An exception inside a contract is our own fault: `harness_error`.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

import contracts
from contracts.trace import Trace
from contracts.verdict import Contract, Finding, Outcome, Verdict

NO_FAMILY = "ledger"  # contracts are judged by it, and it holds none


@cache
def discover() -> Mapping[str, Contract]:
    """All contracts by id; a family is a package below this one, a contract a module in it."""
    found = {}
    for family in pkgutil.iter_modules(contracts.__path__):
        if family.ispkg and family.name != NO_FAMILY:
            package = importlib.import_module(f"contracts.{family.name}")
            for module in pkgutil.iter_modules(package.__path__):
                one = _load(family.name, module.name)
                found[one.id] = one
    return found


def _load(family: str, name: str) -> Contract:
    module = importlib.import_module(f"contracts.{family}.{name}")
    one = getattr(module, name, None)
    if not isinstance(one, Contract):
        raise TypeError(f"contracts/{family}/{name}.py has no @contract function `{name}`")
    return one


def matching(globs: Sequence[str]) -> tuple[str, ...]:
    """Ids that match any of the globs; all if there are none. Raises KeyError for a dead glob."""
    ids = tuple(discover())
    for glob in globs:
        if not any(fnmatchcase(one, glob) for one in ids):
            raise KeyError(glob)
    return tuple(one for one in ids if not globs or any(fnmatchcase(one, g) for g in globs))


def judge(trace: Trace, ids: Sequence[str] = ()) -> tuple[Verdict, ...]:
    """The verdicts of the contracts named (all, if none is named), in the order of discovery."""
    bench = _Bench(trace)
    return tuple(bench.verdict(one) for one in discover() if not ids or one in ids)


class _Bench:
    """One trace before the court: every contract is asked at most once."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.given: dict[str, Verdict] = {}

    def verdict(self, identity: str) -> Verdict:
        if identity not in self.given:
            self.given[identity] = self._judge(discover()[identity])
        return self.given[identity]

    def _judge(self, one: Contract) -> Verdict:
        dialect = self.trace.record.dialect
        if not one.speaks_to(dialect):
            return Verdict(one, "not_applicable", reason=f"not for the dialect {dialect}")
        for earlier in one.after:
            if self.verdict(earlier).outcome == "fail":
                return Verdict(one, "untestable", reason=f"{earlier} is broken here")
        try:
            lacking = [condition.what for condition in one.given if not condition.met(self.trace)]
            if lacking:
                return Verdict(one, "not_applicable", reason=f"the target has not {lacking[0]}")
            missing = [need.what for need in one.needs if not need.met(self.trace)]
            findings = () if missing else tuple(one.check(self.trace))
        except Exception as error:
            return Verdict(one, "harness_error", reason=f"{type(error).__name__}: {error}")
        if missing:
            return Verdict(one, "untestable", reason=f"the run has not {' nor '.join(missing)}")
        return Verdict(one, _outcome(one, findings), findings)


def _outcome(one: Contract, findings: Sequence[Finding]) -> Outcome:
    if not findings:
        return "pass"
    return "fail" if one.level == "MUST" else "warn"
