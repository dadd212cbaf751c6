"""Search made-up cases for broken contracts, one after the other, each shrunk to its smallest case.

A contract that is known to be broken is left out of the next round, or it would hide all others
behind itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis.strategies import SearchStrategy

from harness.case import Case
from harness.errors import HarnessError, TargetError, UsageError
from harness.plan import Plan
from harness.target import Target
from harness.trial import Trial, Trials
from harness.verdicts import Record, record

ROUNDS = 6  # contracts told of one property, at most
SHRINKS = 100  # smaller cases that are tried for each of them, at most


Attempt = Callable[[Case], Trial | None]
Drive = Callable[[Attempt], object]  # has hypothesis make up cases, and tries each


def drawn(cases: SearchStrategy[Case]) -> Drive:
    """Cases of a strategy."""

    def drive(attempt: Attempt) -> None:
        @given(cases)
        def every_contract_holds(case: Case) -> None:
            attempt(case)

        every_contract_holds()

    return drive


class Broken(Exception):  # noqa: N818
    """A made-up case broke a contract: hypothesis shrinks it."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.case.id)
        self.trial = trial


@dataclass(slots=True)
class Shrinking:
    """Lets hypothesis come to its end: once enough smaller cases were tried, only those that are
    known to fail still do.
    """

    failures: dict[str, Exception] = field(default_factory=dict)
    tried: int = 0

    def attempt(self, case: Case, failure: Callable[[], Exception | None]) -> None:
        """Raises the failure of the case, if it has one; it is asked for once."""
        if case.id not in self.failures:
            self.tried += bool(self.failures)
            found = failure() if self.tried <= SHRINKS else None
            if not found:
                return
            self.failures[case.id] = found
        raise self.failures[case.id]  # one line for all: hypothesis tells failures apart by it


@dataclass(slots=True)
class Search:
    """One property of one target. `trouble` is why it could not be tried, `declared` a trial that
    broke only what the target's file declares.
    """

    target: Target
    plan: Plan
    trials: Trials
    trouble: str = ""
    declared: Trial | None = None
    known: set[str] = field(default_factory=set)
    _shrinking: Shrinking = field(default_factory=Shrinking)

    def records(self, drive: Drive) -> Iterator[tuple[Trial, list[Record]]]:
        """The smallest case for each broken contract, then a declared violation, if one was met."""
        for _ in range(ROUNDS):
            found = self._smallest(drive)
            if not found:
                break
            fresh = [one for one in self._broken(found) if one not in self.known]
            self.known.update(fresh)
            yield found, self._records(found, fresh)
        if self.declared:
            yield self.declared, self._records(self.declared, self._all_broken(self.declared))

    def _smallest(self, drive: Drive) -> Trial | None:
        self._shrinking = Shrinking()
        try:
            drive(self.attempt)
        except Broken as broken:
            return broken.trial
        return None

    def attempt(self, case: Case) -> Trial | None:
        """Try the case. Raises Broken for a contract that is not known to be broken."""
        tried: list[Trial | None] = [None]

        def failure() -> Broken | None:
            trial = tried[0] = None if self.trouble else self._trial(case)
            if trial and set(self._broken(trial)) - self.known:
                return Broken(trial)
            if trial and not self.declared and set(self._all_broken(trial)) - self.known:
                self.declared = trial
            return None

        self._shrinking.attempt(case, failure)
        return tried[0]

    def _trial(self, case: Case) -> Trial | None:
        """None if the target cannot be tried: that is nothing to shrink."""
        try:
            return self.trials.fresh(self.target, case)
        except HarnessError as error:
            self.trouble = f"HARNESS ERROR {error}"
        except (TargetError, UsageError) as error:
            self.trouble = f"TARGET ERROR {error}"
        return None

    def _all_broken(self, trial: Trial) -> list[str]:
        heavy = ("fail", "harness_error", *(("warn",) if self.plan.strict else ()))
        broken = [one.contract.id for one in trial.verdicts if one.outcome in heavy]
        return [one for one in broken if one in self.plan.contracts]

    def _broken(self, trial: Trial) -> list[str]:
        """Without what the target's file declares."""
        case, kinds = trial.case, [fault.kind for fault in trial.case.faults]
        return [
            one
            for one in self._all_broken(trial)
            if not trial.target.expectation(one, case.name, kinds, case.dialect)
        ]

    def _records(self, trial: Trial, ids: list[str]) -> list[Record]:
        return [record(trial, trial.verdict(one), self.plan.out) for one in ids]
