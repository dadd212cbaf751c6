"""What the relay overheard: the streams that a client was given, and the ids of its updates."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from contracts.message import Message
from harness.diagnose.client_run import AS_SENT, ClientRun
from harness.diagnose.endpoints import Map, dig

Exchanges = Sequence[tuple[Message, Message | None]]


def what_was_sent(exchanges: Exchanges, names: Map) -> ClientRun:
    """The ids of the streams that were answered, and those of the updates."""
    streams = [a for _, a in _of(exchanges, names.paths.stream) if a and a.status == 200]
    updates = _of(exchanges, names.paths.update)
    issued = tuple(value for answer in streams for value in answer.values(names.id_header))
    return ClientRun(
        AS_SENT,
        issued=issued,
        sent=tuple(_sent(asked, names) for asked, _ in updates),
        answers=tuple(answer.status for _, answer in updates if answer),
        streams=len(streams),
        expected=tuple(_expected(exchanges, names)),
        sessions=tuple(
            _session(q, names.paths.stream) for q, _ in _of(exchanges, names.paths.stream)
        ),
        members=tuple(dict.fromkeys(chain(*(_members(q, issued, names) for q, _ in updates)))),
    )


def spelling(exchanges: Exchanges, names: Map) -> str:
    """How the server spelled the header's name; empty: it was not there."""
    answers = [answer for _, answer in _of(exchanges, names.paths.stream) if answer]
    pairs = [name for answer in answers for name, _ in answer.headers]
    return next((name for name in pairs if name.lower() == names.id_header.lower()), "")


def _expected(exchanges: Exchanges, names: Map) -> Iterator[str]:
    """For each update the id of the latest stream before it in its session, or the one that it
    was accepted with.
    """
    latest: dict[str, str] = {}
    for asked, answer in exchanges:
        if answer and answer.status == 200 and (session := _session(asked, names.paths.stream)):
            latest[session] = next(iter(answer.values(names.id_header)), "")
        if session := _session(asked, names.paths.update):
            good = answer and 200 <= answer.status < 300
            given = _sent(asked, names)
            kept = good and isinstance(given, str)
            yield str(given) if kept else latest.get(session, "")


def _of(exchanges: Exchanges, path: str) -> list[tuple[Message, Message | None]]:
    return [(asked, answer) for asked, answer in exchanges if _session(asked, path)]


def _session(request: Message, path: str) -> str:
    """The session that a request to this path is about, `*` for a path without one; empty: it
    went elsewhere.
    """
    shape = re.escape(path).replace(re.escape("{session}"), "([^/?]+)")
    found = re.search(shape + r"/?(\?.*)?\Z", request.target)
    if request.method == "OPTIONS" or not found:
        return ""
    return found[1] if "{session}" in path else "*"


def _sent(request: Message, names: Map) -> object:
    """The id in the body, or in the header field; None: neither."""
    given = dig(request.json(), names.members.streaming_session_id)
    return given if given is not None else request.value(names.id_header) or None


def _members(request: Message, issued: Sequence[str], names: Map) -> Iterator[str]:
    """Other members of the body that hold an issued id."""
    content = request.json()
    for name, value in content.items() if isinstance(content, dict) else ():
        if name != names.members.streaming_session_id and value in issued:
            yield str(name)
