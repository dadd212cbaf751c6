"""What the steps of a walk found out, as plain data: the rules read it, people read its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "bad", "skipped"]
Kind = Literal["right", "nothing", "recased", "made up", "changed", "no stream"]

AS_SENT = "as the server spells it"
EMPTY = ("", "null", "none", "undefined")
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
    """One update: the id that it was made with, in words, and the answer's status and message."""

    what: str
    status: int
    told: str = ""

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
class ClientRun:
    """One run of the user's own client: the ids issued to it, and those of its updates.

    `spelling` is how the header's name was spelled for it; `answers` are the updates' statuses.
    """

    spelling: str
    issued: tuple[str, ...] = ()
    sent: tuple[object, ...] = ()
    answers: tuple[int, ...] = ()
    streams: int = 0
    ended: str = ""

    @property
    def kind(self) -> Kind:
        """What the client made of the ids. One right update is enough: others may be trials."""
        said = [one for one in self.sent if not _empty(one)]
        if not self.streams:
            return "no stream"
        if any(one in self.issued for one in said):
            return "right"
        return self._kind_of(said[-1]) if said else "nothing"

    def _kind_of(self, value: object) -> Kind:
        text = str(value).lower()
        if text in [one.lower() for one in self.issued]:
            return "recased"
        within = any(one.lower() in text for one in self.issued)
        return "changed" if within or not isinstance(value, str) else "made up"

    def __str__(self) -> str:
        issued = ", ".join(self.issued) or "no id"
        sent = ", ".join(map(_shown, self.sent)) or "no update"
        statuses = f" ({', '.join(map(str, self.answers))})" if self.answers else ""
        ended = f"; it {self.ended}" if self.ended else ""
        return f"issued {issued}; sent {sent}{statuses}{ended}"


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.lower() in EMPTY)


def _shown(value: object) -> str:
    return "no id" if value is None else repr(value) if value == "" else str(value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All facts of a walk; a tuple that is empty and a probe that is None were never tried.

    `issued` are the values under the expected name on a direct stream, `others` the pairs that
    look like an id under another name. `delayed` are updates with the right id after a pause,
    `aged` those after a long stream or long after one, `foreign` those with ids that are not the
    latest stream's, `made_up` those with ids that nobody issued, `garbage` those with what is no
    id at all, `altered` those with the right id written differently.
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
    client: tuple[ClientRun, ...] = ()

    def trials(self) -> Iterator[Probe]:
        """Updates that have to be refused."""
        yield from (*self.foreign, *self.made_up, *self.garbage)

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
    """The walk's last word. `verdict` is "all well", "cause found" or "cannot tell"."""

    verdict: Literal["all well", "cause found", "cannot tell"]
    cause: str = ""
    evidence: tuple[str, ...] = ()
    fix: str = ""
    contracts: tuple[str, ...] = ()
