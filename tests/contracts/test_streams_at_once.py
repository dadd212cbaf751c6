"""Streams that run at once: what each client may see of the other ones, and how that is told."""

from dataclasses import replace

import pytest

from contracts.fields import SESSION_ID
from contracts.judge import judge
from contracts.session_examples import (
    EVENTS,
    FIRST,
    ID,
    THEIR_ID,
    saying,
    stream,
    talk,
)
from contracts.testing import got
from contracts.trace import Trace
from tests.contracts.breaches import broken


def at_once(ids: str, texts: tuple[str, ...], *, asked_upstream: bool = True) -> Trace:
    """A stream, and another one beside it for which the client gets these ids and texts."""
    first = stream("~aaaaaaaa01-0~", nonce="aaaaaaaa", at=FIRST, until=FIRST + 9)
    gets = got(200, {**EVENTS, SESSION_ID: ids}, saying(*texts), at=FIRST + 2)
    second = stream("~bbbbbbbb01-0~", id=THEIR_ID, nonce="bbbbbbbb", at=FIRST + 1, gets=gets)
    if not asked_upstream:
        second = replace(second, attempts=())
    return talk(first, second)


@pytest.mark.parametrize(
    ("trace", "wanted"),
    [
        (at_once(THEIR_ID, ("~bbbbbbbb01-0~",)), set()),
        (
            at_once(ID, ("~bbbbbbbb01-0~",)),
            {
                "headers.response_forwarded",
                *("session.id_survives", "session.id_not_invented"),
                "session.concurrent_streams_separate",
            },
        ),
        (
            at_once(THEIR_ID, ("~aaaaaaaa01-0~", "~bbbbbbbb01-0~")),
            {"session.concurrent_streams_separate", "isolation.streams_separate"},
        ),
        (
            at_once(ID, ("~aaaaaaaa01-0~",), asked_upstream=False),
            {"session.concurrent_streams_separate", "isolation.streams_separate"},
        ),
    ],
)
def test_streams_at_once(trace: Trace, wanted: set[str]) -> None:
    assert broken(trace) == wanted


def test_without_a_nonce_streams_at_once_are_not_told_apart() -> None:
    made = at_once(ID, ("~aaaaaaaa01-0~",))
    bare = [replace(one, ask=replace(one.ask, nonce="")) for one in made.exchanges]
    found = {one.contract.id: one.outcome for one in judge(replace(made, exchanges=tuple(bare)))}
    assert found["session.concurrent_streams_separate"] == "untestable"
    assert found["isolation.streams_separate"] == "untestable"
