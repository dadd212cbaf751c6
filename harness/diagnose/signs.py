"""What speaks for each root cause: functions of the evidence that yield its lines, or nothing."""

from collections.abc import Iterator

from harness.diagnose.client_run import ClientRun
from harness.diagnose.evidence import Evidence

RECASED = ("in upper case", "in lower case")


def renamed(seen: Evidence) -> Iterator[str]:
    if seen.streamed and not seen.issued and seen.others:
        yield f"the stream's answer has no {seen.id_header}"
        yield from (f"an id came as {name}: {value}" for name, value in seen.others)


def repeated(seen: Evidence) -> Iterator[str]:
    if len(seen.issued) > 1:
        yield f"{seen.id_header} came {len(seen.issued)} times: {', '.join(seen.issued)}"
    elif seen.issued and "," in seen.issued[0]:
        yield f"{seen.id_header} holds several values, joined: {seen.issued[0]}"


def raced(seen: Evidence) -> Iterator[str]:
    late = [one for one in seen.delayed if one.accepted]
    if seen.correct and seen.correct.refused and late:
        yield f"{seen.correct}"
        yield f"{late[0]}, on a stream of its own"


def unchecked(seen: Evidence) -> Iterator[str]:
    taken = [one for one in seen.trials() if one.accepted]
    if taken:
        yield from (f"{one}, although the stream has another id" for one in taken)
        loose_form = any(one.accepted for one in seen.made_up)
        if loose_form and seen.garbage and all(one.refused for one in seen.garbage):
            yield "what is no id at all is refused: only the form is checked"


def recased_by_service(seen: Evidence) -> Iterator[str]:
    taken = [one for one in seen.altered if one.accepted and one.what.endswith(RECASED)]
    if seen.correct:
        yield from (f"{one}, although letter case is part of an id" for one in taken)


def loose(seen: Evidence) -> Iterator[str]:
    taken = (one for one in seen.altered if one.accepted)
    yield from (f"{one}, although that is not what was issued" for one in taken)


def never_stored(seen: Evidence) -> Iterator[str]:
    tried = [one for one in (seen.correct, *seen.delayed) if one]
    if seen.delayed and all(one.refused for one in tried):
        yield from (f"{one}" for one in tried)


def overtaken(seen: Evidence) -> Iterator[str]:
    if seen.parallel and seen.parallel[0].refused:
        yield "a second stream was let in while the first one ran"
        yield from (f"{one}" for one in seen.parallel)


def expired(seen: Evidence) -> Iterator[str]:
    late = [one for one in seen.aged if one.refused]
    if seen.correct and seen.correct.accepted and late:
        yield f"{seen.correct}"
        yield from (f"{one}" for one in late)


def modified(seen: Evidence) -> Iterator[str]:
    yield from seen.proxied


def one_spelling(seen: Evidence) -> Iterator[str]:
    wrong, right = _runs(seen, right=False), _runs(seen, right=True)
    if wrong and right:
        yield from (_run(one) for one in (*wrong[:1], *right[:1]))


def recased_by_client(seen: Evidence) -> Iterator[str]:
    if seen.own_run and seen.own_run.kind == "recased":
        yield f"your client, {seen.own_run}"


def made_up(seen: Evidence) -> Iterator[str]:
    if seen.own_run and seen.own_run.kind == "made up" and seen.own_run.issued:
        yield f"your client, {seen.own_run}"
        yield f"nobody issued that id{_always(seen)}"


def not_extracted(seen: Evidence) -> Iterator[str]:
    own = seen.own_run
    if own and own.kind in ("nothing", "changed", "earlier") and own.issued:
        yield f"your client, {own}"
        yield f"{own.manner or 'it sent no id'}{_always(seen)}"


def _always(seen: Evidence) -> str:
    """Whether the other spelling of the name made no difference."""
    same = len({one.kind for one in seen.client}) == 1 < len(seen.client)
    return ", in whatever case the header's name was spelled" if same else ""


def unexposed(seen: Evidence) -> Iterator[str]:
    yield from seen.unexposed


def _runs(seen: Evidence, *, right: bool) -> list[ClientRun]:
    return [one for one in seen.client if (one.kind == "right") == right and one.issued]


def _run(one: ClientRun) -> str:
    return f"your client, with the header's name {one.spelling}: {one}"
