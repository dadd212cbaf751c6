"""Updates that have to be refused: ids that nobody issued, those of other streams, other forms.

The decisive probe is a well-formed id of another stream. Garbage is refused also by a service that
only looks at the form and has stored nothing.
"""

import time
import uuid
from collections.abc import Iterable
from dataclasses import replace

from harness.diagnose.evidence import Evidence, Found, Probe, judged, skipped
from harness.diagnose.reading import id_of
from harness.diagnose.updating import NO_ID
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Streamed

GARBAGE: tuple[tuple[str, object], ...] = (
    ("null", None),
    ("an empty id", ""),
    ("a word", "incorrect-format"),
    ("a time-stamp alone", "stream-12345"),
)


def fallback(visit: Visit, seen: Evidence) -> Found:
    """What clients make up when they have missed the header."""
    streamed = visit.stream()
    given = id_of(streamed, visit.map)
    if not given:
        return skipped(NO_ID, seen)
    now = int(time.time() * 1000)
    other_end = given[:-1] + ("1" if given[-1] == "0" else "0")
    ids = (
        ("stream-TIME", f"stream-{now}"),
        ("stream-TIME-UUID", f"stream-{now}-{uuid.uuid4()}"),
        ("stream-TIME-HEX", f"stream-{now}-{uuid.uuid4().hex[:8]}"),
        ("the issued id with another last character", other_end),
    )
    probes = _updates(visit, streamed, ids)
    return _refused("updated with ids made up", probes, replace(seen, made_up=probes))


def storage(visit: Visit, seen: Evidence) -> Found:
    """Ids that were issued, but not to the latest stream of this session; then garbage."""
    elsewhere = visit.sessions[1] if len(visit.sessions) > 1 else visit.open_session()
    other = id_of(visit.stream(session=elsewhere), visit.map)
    earlier = id_of(visit.stream(), visit.map)
    streamed = visit.stream()
    own = id_of(streamed, visit.map)
    if not own:
        return skipped(NO_ID, seen)
    ids = (("the id of an earlier stream", earlier), ("the id of another session's stream", other))
    foreign = _updates(visit, streamed, [(what, one) for what, one in ids if one != own])
    garbage = _updates(visit, streamed, GARBAGE)
    seen = replace(seen, foreign=foreign, garbage=garbage)
    if own in (earlier, other):
        return judged(False, "updated with other streams' ids", f"{own} was issued twice", seen)
    return _refused("updated with other streams' ids and with none", (*foreign, *garbage), seen)


def types(visit: Visit, seen: Evidence) -> Found:
    """The right id, but not as it was issued."""
    streamed = visit.stream()
    given = id_of(streamed, visit.map)
    if not given:
        return skipped(NO_ID, seen)
    ids: tuple[tuple[str, object], ...] = (
        ("a number", 12345),
        ("the right id in a list", [given]),
        ("the right id in upper case", given.upper()),
        ("the right id in lower case", given.lower()),
        ("the right id between blanks", f" {given} "),
    )
    probes = _updates(visit, streamed, [(what, one) for what, one in ids if one != given])
    return _refused("updated with other types and spellings", probes, replace(seen, altered=probes))


def _updates(
    visit: Visit, streamed: Streamed, ids: Iterable[tuple[str, object]]
) -> tuple[Probe, ...]:
    return tuple(visit.update(what, given, streamed) for what, given in ids)


def _refused(did: str, probes: tuple[Probe, ...], seen: Evidence) -> Found:
    """Well is a 4xx for each."""
    good = all(400 <= probe.status < 500 for probe in probes)
    return judged(good, did, "\n".join(map(str, probes)), seen)
