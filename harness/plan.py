"""What a run tries: targets, defect, cases and contracts, chosen by the options."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from contracts.judge import discover, matching
from harness import case as cases
from harness.case import Case
from harness.errors import UsageError
from harness.target import Target
from harness.trial import in_order

OTHERS = "others"


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One test item: a contract probed in a case, or all other contracts on the same trace."""

    target: Target
    case: Case
    contract: str

    def __repr__(self) -> str:
        return self.id

    @property
    def id(self) -> str:
        return f"{self.group}-{self.contract}"

    @property
    def group(self) -> str:
        """What must run in one worker, or the run cache is lost."""
        return f"{self.target.name}-{self.case.dialect}-{self.case.name}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices of one run. `contracts` are ids; empty globs choose everything."""

    targets: tuple[Target, ...]
    contracts: tuple[str, ...]
    cases: tuple[Case, ...]
    defect: str = ""
    patience: float = 0.5
    strict: bool = False
    complete: bool = False  # nothing was left out: only then can an expectation be stale
    properties: bool = True
    out: Path = field(default=Path("reports/out"))

    def items(self) -> list[Item]:
        """All items, in an order that keeps chains warm."""
        return [
            Item(target, case, contract)
            for target in self.targets
            for case in in_order(self.cases)
            if case.dialect in target.dialects
            for contract in self._asked(case)
        ]

    def _asked(self, case: Case) -> list[str]:
        probes = [probe for probe in case.probes if probe in self.contracts]
        everything = len(self.contracts) == len(discover())
        return [*probes, OTHERS] if everything else probes

    def others(self, case: Case) -> tuple[str, ...]:
        """The contracts that the item `others` of a case asks."""
        speaking = (one for one in self.contracts if discover()[one].speaks_to(case.dialect))
        return tuple(one for one in speaking if one not in case.probes)


def contracts_of(globs: Sequence[str]) -> tuple[str, ...]:
    """Raises UsageError for a glob that matches no contract."""
    try:
        return matching(globs)
    except KeyError as error:
        word = str(error.args[0])
        close = difflib.get_close_matches(word, discover(), 1)
        hint = f"did you mean {close[0]}?" if close else "see `uv run proxytrial contracts`"
        raise UsageError(f"--contract {word}: no contract has such a name; {hint}") from error


def cases_of(
    catalogue: Sequence[Case], files: Sequence[str], faults: Sequence[str]
) -> tuple[Case, ...]:
    """The cases of the files, or those of the catalogue with a fault that was asked for.

    Raises UsageError for a file that cannot be read or a glob that matches no fault.
    """
    if files:
        return tuple(cases.load(Path(name)) for name in files)
    for glob in faults:
        kinds = {fault.kind for case in catalogue for fault in case.faults}
        if not any(fnmatchcase(kind, glob) for kind in kinds):
            close = difflib.get_close_matches(glob, kinds, 1)
            hint = f"did you mean {close[0]}?" if close else "see `uv run proxytrial faults`"
            raise UsageError(f"--fault {glob}: no case has such a fault; {hint}")
    return tuple(
        case
        for case in catalogue
        if not faults
        or any(fnmatchcase(fault.kind, glob) for fault in case.faults for glob in faults)
    )
