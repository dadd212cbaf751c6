"""Trials: warm chains, and each case run once for each target and judged as often as asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.judge import judge
from contracts.trace import Trace
from contracts.verdict import Verdict
from harness.case import Case
from harness.chain import Chain
from harness.errors import HarnessError, TargetError, UsageError
from harness.target import Target

Trouble = TargetError | UsageError | HarnessError
CONFIRMATION = 4  # times the patience, before an event counts as held


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a case against a target, with all its verdicts."""

    target: Target
    defect: str
    case: Case
    trace: Trace
    verdicts: tuple[Verdict, ...]

    def verdict(self, identity: str) -> Verdict:
        return next(one for one in self.verdicts if one.contract.id == identity)


def run(case: Case, chain: Chain) -> Trial:
    """Play and judge the case. A timing conviction is confirmed by one more, patient, run.

    Raises TargetError if the target dies or does not get ready.
    """
    trial = _once(case, chain, chain.patience)
    held = [v for v in trial.verdicts if v.contract.family == "timing" and v.findings]
    return _once(case, chain, CONFIRMATION * chain.patience) if held else trial


def _once(case: Case, chain: Chain, patience: float) -> Trial:
    trace = Trace.of(chain.run(case, patience))
    return Trial(chain.target, chain.defect, case, trace, judge(trace))


@dataclass(slots=True)
class Trials:
    """The trials of one process; close it to end every chain."""

    defect: str = ""
    patience: float = 0.5
    _chains: dict[tuple[str, str], Chain] = field(default_factory=dict)
    _broken: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    _done: dict[tuple[str, str], Trial | Trouble] = field(default_factory=dict)

    def of(self, target: Target, case: Case) -> Trial:
        """The trial of this case, run at most once. Raises Trouble, each time it is asked."""
        key = (target.name, f"{case.dialect} {case.name} {case.id}")
        if key not in self._done:
            try:
                self._done[key] = self.fresh(target, case)
            except (TargetError, UsageError, HarnessError) as error:
                self._done[key] = error
        done = self._done[key]
        if isinstance(done, TargetError | UsageError | HarnessError):
            raise done
        return done

    def fresh(self, target: Target, case: Case) -> Trial:
        """The same without a memory, for made-up cases."""
        return run(case, self.chain(target, case.dialect))

    def chain(self, target: Target, dialect: str) -> Chain:
        """The warm chain of a target in a dialect; one that could not start is not tried again."""
        key = (target.name, dialect)
        if key in self._broken:
            raise self._broken[key]
        if key not in self._chains:
            made = Chain(target, dialect, defect=self.defect, patience=self.patience)
            try:
                self._chains[key] = made.__enter__()
            except (TargetError, UsageError, HarnessError) as error:
                self._broken[key] = error
                raise
        return self._chains[key]

    def close(self) -> None:
        for chain in self._chains.values():
            chain.__exit__()
        self._chains.clear()


def in_order(cases: Sequence[Case]) -> list[Case]:
    """Cases that need mitmproxy stand together, those that spoil the target come last."""
    return sorted(cases, key=lambda one: (one.isolated, bool(one.leg("upstream leg"))))
