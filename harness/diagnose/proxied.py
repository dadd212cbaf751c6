"""The same requests directly and through a proxy, compared field by field and value by value.

An id that came through is tried directly: only the service can say whether it is still the one
that it issued.
"""

from collections.abc import Iterator
from dataclasses import replace

from contracts.fields import end_to_end
from contracts.message import Message
from harness.diagnose import browsing
from harness.diagnose.endpoints import Map
from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.reading import id_of, issued, others
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Streamed

STABLE = ("content-type",)  # whose values are always the same


def through(visit: Visit, seen: Evidence) -> Found:
    """Raises TargetError if the proxy cannot be reached, or refuses the stream."""
    url = visit.settings.through
    if not url:
        return skipped("no --through URL was given", seen)
    proxied = visit.through(url)
    direct, first, second = (one.stream() for one in (visit, proxied, proxied))
    lines = [
        *changes(direct.answer, first.answer),
        *_renamed(direct, first, visit.map),
        *_stale(direct, first, second, visit.map),
    ]
    if seen.correct and seen.correct.accepted and id_of(second, visit.map):
        lines += _updates(visit, proxied, second)
    lines += _cors(visit, proxied) if visit.map.cors else ()
    seen = replace(seen, proxied=tuple(f"through {url}: {line}" for line in lines))
    spelled = _respelled(direct, first, visit.map)
    told = [f"{spelled}: legal, but some clients look it up exactly"] if spelled else []
    saw = "\n".join([*lines, *told]) or "the same fields and values, the same answers to updates"
    return judged(not lines, "asked directly and through the proxy", saw, seen)


def changes(direct: Message, through: Message) -> Iterator[str]:
    """End-to-end fields of a direct answer that the proxy lost, repeated or changed."""
    kept = (name for name in STABLE if direct.values(name))
    for name in dict.fromkeys([*end_to_end(direct), *kept]):
        sent, came = direct.values(name), through.values(name)
        if not came:
            yield f"{name} is lost"
        elif len(came) > len(sent):
            yield f"{name} comes {len(came)} times: {', '.join(came)}"
        elif name in STABLE and came != sent:
            yield f"{name} is {', '.join(came)}, directly {', '.join(sent)}"


def _renamed(direct: Streamed, through: Streamed, names: Map) -> Iterator[str]:
    if issued(direct, names) and not issued(through, names):
        yield from (f"an id comes as {name}: {value}" for name, value in others(through, names))


def _respelled(direct: Streamed, through: Streamed, names: Map) -> str:
    """How the name of the id's header is spelled, where the proxy changed that; else empty."""
    sent, came = (
        next(
            (name for name, _ in one.answer.headers if name.lower() == names.id_header.lower()), ""
        )
        for one in (direct, through)
    )
    changed = sent and came and sent != came
    return f"the proxy spells the header's name {came}, directly it is {sent}" if changed else ""


def _stale(direct: Streamed, first: Streamed, second: Streamed, names: Map) -> Iterator[str]:
    """The proxy's two streams came after the direct one."""
    earlier, *ids = (id_of(one, names) for one in (direct, first, second))
    if ids[0] and ids[0] == ids[1]:
        yield f"two streams have one id, {ids[0]}: it is cached"
    elif earlier and earlier in ids:
        yield f"a stream has an earlier id, {earlier}, that of the stream before"


def _updates(visit: Visit, proxied: Visit, streamed: Streamed) -> Iterator[str]:
    """The stream was asked for through the proxy, and is the session's latest."""
    given = id_of(streamed, visit.map)
    direct = visit.update(f"directly, the id {given} that came through", given, streamed)
    if not direct.accepted:
        yield f"{direct}; it is not the issued one any more"
        return
    again = proxied.update("through the proxy, the right id", given, streamed)
    if not again.accepted:
        yield f"{again}, directly {direct.status}"
    refusals = [one.send_update("incorrect-format", streamed) for one in (visit, proxied)]
    said = [visit.told(one) for one in refusals]
    if said[0] != said[1]:
        yield f"a refusal arrives as {said[1]}, directly {said[0]}"
    ids = [one.value(visit.map.id_header) for one in refusals]
    if ids[1] and not ids[0]:
        yield f"a refusal has an id, {ids[1]}, directly it has none"


def _cors(visit: Visit, proxied: Visit) -> Iterator[str]:
    """What a page of another origin may read directly, and through the proxy not."""
    ours, theirs = browsing.ask(visit), browsing.ask(proxied)
    if ours.served and not theirs.served:
        yield f"no answer has {browsing.ALLOW}"
    elif ours.served:
        known = ours.faults(visit.map)
        yield from (line for line in theirs.faults(visit.map) if line not in known)
