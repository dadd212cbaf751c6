"""What a browser would let a page of another origin read: the id on the stream, errors, preflights.

Fetch standard, CORS protocol. A service that lets no other origin ask at all cannot be the reason
why a page misses an id, so that is no fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.fields import elements
from contracts.message import Message
from harness.diagnose.endpoints import Map
from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.visit import Visit

ALLOW, EXPOSE = "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"
ASKED = "authorization, content-type"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a page of another origin was answered: a stream, a refused update, a preflight."""

    stream: Message
    refusal: Message
    preflight: Message

    @property
    def served(self) -> bool:
        """Whether pages of other origins are let in at all."""
        return any(one.values(ALLOW) for one in (self.stream, self.refusal, self.preflight))

    def faults(self, names: Map) -> tuple[str, ...]:
        return (
            *_readable("the stream", self.stream, names.origin),
            *_exposed(self.stream, names.id_header),
            *_readable("a refused update", self.refusal, names.origin),
            *_readable("the preflight", self.preflight, names.origin),
            *_allowed(self.preflight),
        )


def cors(visit: Visit, seen: Evidence) -> Found:
    """A stream, a refused update and a preflight, each with Origin."""
    if not visit.map.cors:
        return skipped("the map says cors = false", seen)
    answers = ask(visit)
    if not answers.served:
        return skipped(f"no answer has {ALLOW}: pages of other origins are kept out", seen)
    faults = answers.faults(visit.map)
    saw = "\n".join(faults) or f"{EXPOSE}: {answers.stream.value(EXPOSE)}"
    did = "asked as a page of another origin"
    return judged(not faults, did, saw, replace(seen, unexposed=faults))


def ask(visit: Visit) -> Answers:
    page = {"Origin": visit.map.origin}
    streamed = visit.stream(headers=page)
    refusal = visit.send_update("incorrect-format", streamed, page)
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ASKED}
    path = visit.at(visit.map.paths.update)
    preflight = visit.wire.ask("OPTIONS", visit.chat, path, None, page | wanted)
    return Answers(streamed.answer, refusal, preflight)


def _readable(what: str, answer: Message, origin: str) -> Iterator[str]:
    allowed = answer.values(ALLOW)
    if not allowed:
        yield f"{what} has no {ALLOW}"
    elif len(allowed) > 1 or "," in allowed[0]:
        yield f"{what} has more than one {ALLOW}: {', '.join(allowed)}"
    elif allowed[0] not in ("*", origin):
        yield f"{what} allows {allowed[0]} and not {origin} (origin in --map)"


def _exposed(answer: Message, name: str) -> Iterator[str]:
    exposed = [one.lower() for one in elements(answer.values(EXPOSE))]
    if not {name.lower(), "*"} & set(exposed):
        told = answer.value(EXPOSE) or "nothing"
        yield f"the stream exposes {told}, so a page cannot read {name}"


def _allowed(preflight: Message) -> Iterator[str]:
    """A star stands for every field but Authorization."""
    if not 200 <= preflight.status < 300:
        yield f"the preflight is answered {preflight.status}"
    named = elements(preflight.values("Access-Control-Allow-Headers"))
    allowed = {one.lower() for one in named}
    wanted = {"authorization"} | (set() if "*" in allowed else {"content-type"})
    if missing := sorted(wanted - allowed):
        yield f"the preflight does not allow {', '.join(missing)}"
