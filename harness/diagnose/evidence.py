"""What the steps of a walk found out, as plain data: the rules read it, people read its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from harness.diagnose.client_run import ClientRun

Outcome = Literal["ok", "bad", "skipped"]
NO_REFUSAL = (401, 402, 405, 413, 415, 422, 429)  # these complain of something else than the id


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the report: what was done, and what was seen."""

    name: str
    outcome: Outcome
    did: str
    saw: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One update: the id that it was made with, in words, and the answer's status and message;
    `leaks`: the answer told the right id to one who did not know it.
    """

    what: str
    status: int
    told: str = ""
    leaks: bool = False

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Refused for its id, as far as the status tells."""
        return 400 <= self.status < 500 and self.status not in NO_REFUSAL

    def __str__(self) -> str:
        return f"{self.what}: {self.status}{f' {self.told}' if self.told else ''}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All facts of a walk; a tuple that is empty and a probe that is None were never tried.

    `issued` are the values under the expected name on a direct stream, `others` the pairs that
    look like an id under another name. `delayed` are updates with the right id after a pause,
    `aged` those after a long stream or long after one, `foreign` those with ids that are not the
    latest stream's, `made_up` those with ids that nobody issued, `garbage` those with what is no
    id at all, `altered` those with the right id written differently, `parallel` those of two
    streams that ran at once. `overwritten`: a second update changed what was stored.
    """

    id_header: str = "X-Streaming-Session-Id"
    streamed: bool = False
    issued: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    correct: Probe | None = None
    delayed: tuple[Probe, ...] = ()
    aged: tuple[Probe, ...] = ()
    foreign: tuple[Probe, ...] = ()
    made_up: tuple[Probe, ...] = ()
    garbage: tuple[Probe, ...] = ()
    altered: tuple[Probe, ...] = ()
    unexposed: tuple[str, ...] = ()
    proxied: tuple[str, ...] = ()
    parallel: tuple[Probe, ...] = ()
    overwritten: bool = False
    client: tuple[ClientRun, ...] = ()

    def trials(self) -> Iterator[Probe]:
        """Updates that have to be refused."""
        yield from (*self.foreign, *self.made_up, *self.garbage)

    def probes(self) -> Iterator[Probe]:
        """All updates of the walk but the client's."""
        yield from (*self.trials(), *self.altered, *self.delayed, *self.aged, *self.parallel)

    @property
    def own_run(self) -> ClientRun | None:
        """The client's run with nothing changed for it."""
        return self.client[0] if self.client else None


@dataclass(frozen=True, slots=True)
class Found:
    """What a step hands back: its line, and the evidence with its own facts added."""

    outcome: Outcome
    did: str
    saw: str
    seen: Evidence


def judged(good: bool, did: str, saw: str, seen: Evidence) -> Found:
    return Found("ok" if good else "bad", did, saw, seen)


def skipped(why: str, seen: Evidence) -> Found:
    return Found("skipped", "nothing", why, seen)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The walk's last word. `verdict` is "all well", "cause found" or "cannot tell"; `notes` are
    bugs in plain sight that are none of the causes.
    """

    verdict: Literal["all well", "cause found", "cannot tell"]
    cause: str = ""
    evidence: tuple[str, ...] = ()
    fix: str = ""
    contracts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
