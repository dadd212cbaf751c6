"""Hunt one planted bug of a session service with made-up talks: how many does it take?"""

import time
from dataclasses import dataclass

from hypothesis import Phase, settings

from harness.case import Case
from harness.chain import Chain
from harness.choosing import load
from harness.trial import Trial, run
from scenarios import session_machine
from scenarios.session_machine import Unexplained
from targets import defects

EXAMPLES = 1000  # talks that are tried, at most


@dataclass(slots=True)
class Hunt:
    """One bug, hunted with one chain."""

    chain: Chain
    declared: tuple[str, ...]
    talks: int = 0
    requests: int = 0

    def attempt(self, case: Case) -> Trial:
        """Raises Found when the talk breaks what the bug declares."""
        self.talks += 1
        trial = run(case, self.chain)
        self.requests += len(trial.trace.exchanges)
        broken = {one.contract.id for one in trial.verdicts if one.outcome in ("fail", "warn")}
        if found := broken & {*self.declared}:
            raise Found(case, tuple(sorted(found)))
        return trial


class Found(Exception):  # noqa: N818
    """The bug shows in this talk, as a breach of these contracts."""

    def __init__(self, case: Case, contracts: tuple[str, ...]) -> None:
        super().__init__(case.id)
        self.case, self.contracts = case, contracts

    def __str__(self) -> str:
        return ", ".join(f"`{one}`" for one in self.contracts)


def hunt(name: str) -> tuple[Found | Unexplained | None, Hunt, float]:
    """What was found, what it took, and the seconds."""
    chosen = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with Chain(load("reference"), "session", defect=name) as chain:
        made, began = Hunt(chain, defects.load(name).declares), time.perf_counter()
        try:
            session_machine.talked(made.attempt, chosen)
        except (Found, Unexplained) as found:
            return found, made, time.perf_counter() - began
        return None, made, time.perf_counter() - began
