"""Updates with the right id: at once, after a pause, after a long stream, and long after one."""

from dataclasses import replace

from harness.diagnose.evidence import Evidence, Found, Probe, judged, skipped
from harness.diagnose.reading import chunks, id_of
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Streamed

MOST_WORDS = 2000
NO_ID = "there is no id to send"


def correct(visit: Visit, seen: Evidence) -> Found:
    """No pause between the last event and the update."""
    streamed = visit.stream()
    given = id_of(streamed, visit.map)
    if not given:
        return skipped(NO_ID, seen)
    probe = visit.update("the right id at once", given, streamed)
    saw = f"{probe}"
    return judged(probe.accepted, "updated with the issued id", saw, replace(seen, correct=probe))


def delay(visit: Visit, seen: Evidence) -> Found:
    """Does a refused update succeed a moment later? Each pause has a stream of its own."""
    if seen.correct is None or seen.correct.accepted:
        return skipped(NO_ID if seen.correct is None else "it was accepted at once", seen)
    probes: list[Probe] = []
    for pause in visit.settings.delays:
        streamed = visit.stream()
        visit.settings.wait(pause)
        what = f"the right id after {pause:g} s"
        probes.append(visit.update(what, id_of(streamed, visit.map), streamed))
        if probes[-1].accepted:
            break
    saw = "\n".join(map(str, probes))
    return judged(False, "waited before the update", saw, replace(seen, delayed=tuple(probes)))


def expiry(visit: Visit, seen: Evidence) -> Found:
    """A stream that runs for long, and an update that comes late."""
    if seen.correct is None or not seen.correct.accepted:
        return skipped("the right id is not even accepted at once", seen)
    hold = visit.settings.hold
    streamed = visit.stream(long_message(visit, hold))
    pieces = len(chunks(streamed, visit.map))
    what = f"the right id after a stream of {streamed.seconds:.1f} s and {pieces} chunks"
    held = visit.update(what, id_of(streamed, visit.map), streamed)
    streamed = visit.stream()
    visit.settings.wait(hold)
    what = f"the right id {hold:g} s after the stream's end"
    probes = (held, visit.update(what, id_of(streamed, visit.map), streamed))
    saw = "\n".join(map(str, probes))
    good = all(probe.accepted for probe in probes)
    return judged(good, "held a stream, and updated late", saw, replace(seen, aged=probes))


def long_message(visit: Visit, hold: float) -> str:
    """The map's, or so many words that the model, at the pace it had, is busy for `hold` (s)."""
    if visit.map.long_message:
        return visit.map.long_message
    pace = _pace(visit.first, len(chunks(visit.first, visit.map)) if visit.first else 0)
    return " ".join(["word"] * max(2, min(MOST_WORDS, round(hold / pace))))


def _pace(streamed: Streamed | None, pieces: int) -> float:
    """Seconds a chunk."""
    return max(0.001, streamed.seconds / max(1, pieces)) if streamed else 1.0
