"""Write docs/session-machine.md: how soon the made-up talks find each bug of the session services.

uv run python docs/make_session_machine.py
"""

import time
from dataclasses import dataclass
from pathlib import Path

from hypothesis import Phase, settings

from harness.case import Case
from harness.chain import Chain
from harness.choosing import load
from harness.trial import Trial, run
from scenarios import session_machine
from scenarios.session_machine import Unexplained
from targets import defects

PAGE = Path(__file__).with_name("session-machine.md")
EXAMPLES = 1000  # talks that are tried, at most
HEAD = """# Made-up talks

`test_made_up_talk` lets hypothesis hold several users, chat sessions and streams at once and
interleave what clients do: begin a stream, read some events of it, leave, update with any id,
update again, let time pass, restart the services, delete. A reference model of a hundred lines
(`scenarios/session_model.py`) says how each request must be answered, and every contract judges the
trace. No case was written for any bug: this is how soon each of the bugs of the session services is
found.

| bug | found as | talks | requests | seconds |
|---|---|---:|---:|---:|
"""
TAIL = """
Seconds are of one core of a small machine; talks and requests are the same each time. Made by
`uv run python docs/make_session_machine.py`, which fails if a bug is not found.
"""


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


def row(name: str) -> str:
    """The table's line. Raises SystemExit if the bug is not found."""
    found, effort, seconds = hunt(name)
    if not found:
        raise SystemExit(f"{name} is not found in {EXAMPLES} talks")
    told = str(found) if isinstance(found, Found) else "not as the model says"
    counts = f"{effort.talks} | {effort.requests} | {seconds:.1f}"
    return f"| `{name}` | {told} | {counts} |"


def main() -> None:
    names = [name for name in defects.names() if defects.place_of(name) == "service"]
    rows = []
    for name in names:
        rows.append(row(name))
        print(rows[-1], flush=True)
    PAGE.write_text(HEAD + "\n".join(rows) + "\n" + TAIL)


if __name__ == "__main__":
    main()
