"""The verdict lattice, what a finding says, and how a contract is declared.

A verdict is `pass`, `fail` (MUST broken), `warn` (SHOULD broken), `not_applicable` (dialect,
declaration or framing makes it meaningless), `untestable` (its prerequisite never happened) or
`harness_error` (our own fault: it hides no fail and is never a pass).
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from contracts.message import Message
from contracts.trace import Trace

Outcome = Literal["pass", "fail", "warn", "not_applicable", "untestable", "harness_error"]
Level = Literal["MUST", "SHOULD"]
Applies = Literal["all", "transparent", "bridge", "session", "process"]
Judges = Literal["target", "service", "both"]

DIALECTS: dict[Applies, tuple[str, ...]] = {
    "all": ("transparent", "session", "arena", "openai"),
    "transparent": ("transparent", "session"),
    "bridge": ("arena", "openai"),
    "session": ("session",),
    "process": ("transparent", "session", "arena", "openai"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which the trace breaks the contract.

    `at` is the message in which it shows, `header` the field it is about (if one), `why` a
    clause that adds what expected and actual do not say.
    """

    at: Message | None
    expected: object
    actual: object
    why: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """A prerequisite of a judgement: what must be in the trace, in words and as a predicate."""

    what: str
    met: Callable[[Trace], bool]


@dataclass(frozen=True, slots=True)
class Contract:
    """A normative sentence and its pure check.

    `given` are conditions of dialect or declaration without which it means nothing, `needs`
    prerequisites within the trace, `after` ids of contracts whose breach would make this
    one's findings mere consequences. `judges` is who is on trial: the target, by its own two
    sides, the session service behind it, or both (the message of a finding tells which).
    """

    id: str
    level: Level
    applies: Applies
    judges: Judges
    statement: str
    basis: str
    seen: tuple[str, ...]
    given: tuple[Need, ...]
    needs: tuple[Need, ...]
    after: tuple[str, ...]
    check: Callable[[Trace], Iterable[Finding]] = field(repr=False)

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    def speaks_to(self, dialect: str) -> bool:
        return dialect in DIALECTS[self.applies]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one contract says of one trace; `reason` explains the outcomes without findings."""

    contract: Contract
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""


Check = Callable[[Trace], Iterator[Finding]]


def contract(
    level: Level,
    *,
    applies: Applies = "all",
    judges: Judges = "target",
    given: tuple[Need, ...] = (),
    needs: tuple[Need, ...] = (),
    after: tuple[str, ...] = (),
) -> Callable[[Check], Contract]:
    """Declare the check of `contracts/<family>/<name>.py`; the docstring there is the sentence.

    Raises ValueError if the docstring lacks its `Basis:`.
    """

    def declare(check: Check) -> Contract:
        family, name = check.__module__.split(".")[-2:]
        statement, basis, seen = _read_docstring(sys.modules[check.__module__].__doc__ or "")
        told = (f"{family}.{name}", level, applies, judges, statement, basis, seen)
        return Contract(*told, given, needs, after, check)

    return declare


def _read_docstring(doc: str) -> tuple[str, str, tuple[str, ...]]:
    paragraph, _, rest = doc.strip().partition("\n\n")
    found = re.search(r"Basis:(.*?)(?:Broken in:(.*))?\Z", rest, re.DOTALL)
    if not found:
        raise ValueError("a contract's docstring needs its sentence, a blank line and `Basis: ...`")
    places = re.findall(r"[\w.-]+/[\w.-]+#\d+", found[2] or "")
    return " ".join(paragraph.split()), " ".join(found[1].split()).rstrip("."), tuple(places)
