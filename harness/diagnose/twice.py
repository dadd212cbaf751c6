"""What a service makes of the second of two: a stream while one runs, an update after one.

A second stream may be refused. If it is let in, both have to end well, each with its own id.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.reading import chunks, id_of
from harness.diagnose.updating import NO_ID, long_message
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Streamed

OTHER_TEXT = "another text, sent by a second update"


def stream(visit: Visit, seen: Evidence) -> Found:
    """A second stream of the session while the first one runs."""
    if seen.correct is None or not seen.correct.accepted:
        return skipped("the right id of a single stream is not accepted", seen)
    first, second = _at_once(visit)
    did, status = "asked for a stream while one ran", second.answer.status
    if status != 200:
        good = 400 <= status < 500
        return judged(good, did, f"the second is answered {visit.told(second.answer)}", seen)
    if first.ended < second.head_at + visit.settings.overlap:
        return skipped("the first stream was over too soon: long_message in --map", seen)
    probes = tuple(
        visit.update(f"the id of the {which} stream of two at once", id_of(one, visit.map), one)
        for which, one in (("first", first), ("second", second))
    )
    good = all(one.accepted for one in probes)
    return judged(good, did, "\n".join(map(str, probes)), replace(seen, parallel=probes))


def _at_once(visit: Visit) -> tuple[Streamed, Streamed]:
    """The second is asked for after the first event of the first. Raises TargetError if the first
    is refused.
    """
    begun, beside = threading.Event(), visit.beside()

    def first() -> Streamed:
        try:
            return beside.stream(long_message(visit, visit.settings.hold), begun=begun.set)
        finally:
            begun.set()

    try:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(first)
            begun.wait()
            second = visit.attempt()
            return running.result(), second
    finally:
        beside.wire.http.close()


def update(visit: Visit, seen: Evidence) -> Found:
    """A second update with the same id must not change what the first one stored."""
    path = visit.map.paths.history
    if not path or seen.correct is None or not seen.correct.accepted:
        return skipped("the map has no history" if not path else "no update is accepted", seen)
    streamed = visit.stream()
    given = id_of(streamed, visit.map)
    if not given:
        return skipped(NO_ID, seen)
    visit.update("the right id", given, streamed)
    second = visit.send_update(given, streamed, text=OTHER_TEXT)
    answer = visit.ask("GET", visit.at(path))
    texts = answer.json()
    if answer.status >= 300 or texts is None:
        return skipped(f"history in --map: {path} answered {visit.told(answer)}", seen)
    changed = _holds(texts, OTHER_TEXT)
    kept = changed or _holds(texts, "".join(chunks(streamed, visit.map)))
    stored = "the second text" if changed else "the first text" if kept else "neither text"
    saw = f"the second is answered {second.status}; the session shows {stored}"
    did = "updated twice with one id"
    return Found("bad" if changed else "ok", did, saw, replace(seen, overwritten=changed))


def _holds(value: object, text: str) -> bool:
    """Whether the text stands anywhere in this JSON."""
    if isinstance(value, str):
        return text.strip() in value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds(one, text) for one in inner)
