"""One stream looked at closely: its header fields, the id's name and form, its events."""

from collections import Counter
from dataclasses import replace

from contracts.message import Message
from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.reading import id_of, issued, others, well_formed
from harness.diagnose.visit import Visit

HIDDEN = ("set-cookie", "authorization", "proxy-authorization")


def headers(visit: Visit, seen: Evidence) -> Found:
    """Every field as it came, repeats and letter case included. Raises TargetError on refusal."""
    visit.first = visit.stream()
    answer, names = visit.first.answer, visit.map
    values = issued(visit.first, names)
    seen = replace(
        seen,
        id_header=names.id_header,
        streamed=True,
        issued=values,
        others=() if values else others(visit.first, names),
    )
    saw = "\n".join([_counted(answer, names.id_header), *map(_shown, answer.headers)])
    return judged(len(values) == 1, "asked for a stream", saw, seen)


def _counted(answer: Message, name: str) -> str:
    spelled = [key for key, _ in answer.headers if key.lower() == name.lower()]
    times = {0: "no", 1: "one"}.get(len(spelled), str(len(spelled)))
    return f"{times} {name}" + (f", spelled {spelled[0]}" if spelled else "")


def _shown(pair: tuple[str, str]) -> str:
    name, value = pair
    return f"{name}: {'(hidden)' if name.lower() in HIDDEN else value}"


def variants(visit: Visit, seen: Evidence) -> Found:
    """The id under a name that others use, or under any name by its form."""
    if seen.issued:
        return judged(True, "looked for ids under other names", "the expected name is used", seen)
    saw = ", ".join(f"{name}: {value}" for name, value in seen.others)
    told = saw or "no field looks like an id: does the service issue one?"
    return judged(False, "looked for ids under other names", told, seen)


def form(visit: Visit, seen: Evidence) -> Found:
    """Whether the id is written as the map says."""
    value = id_of(visit.first, visit.map) if visit.first else ""
    if not value:
        return skipped("there is no id", seen)
    good = well_formed(value, visit.map)
    hint = "" if good else "; if that is how your ids look, say so with id_format in --map"
    return judged(good, "compared the id with its format", f"{value}{hint}", seen)


def events(visit: Visit, seen: Evidence) -> Found:
    """Chunks, then the event that says the answer is whole."""
    assert visit.first is not None
    names, came = visit.map.events, [event.type for event in visit.first.events]
    good = names.chunk in came and came[-1] == names.done and not visit.first.broken
    counted = ", ".join(f"{count} {name}" for name, count in Counter(came).items())
    saw = f"{counted or 'no event'}, in {visit.first.seconds:.1f} s"
    if visit.first.broken:
        saw += f"; it broke off ({visit.first.broken})"
    elif not good:
        saw += f"; expected are {names.chunk} and, at the end, {names.done} ([events] in --map)"
    return judged(good, "read the stream to its end", saw, seen)
