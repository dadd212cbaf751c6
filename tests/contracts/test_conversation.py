"""What a read has to show, and where a refused text is found."""

import json
from dataclasses import replace

import pytest

from contracts.ledger.book import ledger_of
from contracts.ledger.conversation import due, kept, shown
from contracts.session_examples import (
    ID,
    JSON,
    MINE,
    OTHER,
    THEIR_ID,
    THEIRS,
    UNKNOWN_ID,
    opened,
    read,
    stream,
    talk,
    update,
)
from contracts.testing import Call, got
from contracts.trace import Trace

ONE = stream("one")


def conversation(*calls: Call) -> tuple[list[str], list[str]]:
    """What the last read of this talk lacks, and what it shows beyond what is due."""
    book = ledger_of(talk(*calls))
    session = book.sessions[1, MINE]
    last = session.reads[-1]
    expected, messages = due(book, session, last), shown(last)
    assert expected is not None
    assert messages is not None
    return (
        [": ".join(one) for one in expected.lacking(messages)],
        [": ".join(one) for one in expected.stray(messages)],
    )


SAID = ("user: hi", "assistant: one two")


@pytest.mark.parametrize(
    ("calls", "lacking", "stray"),
    [
        ((ONE, update(), read(*SAID)), [], []),
        ((ONE, update(), read(*reversed(SAID))), [], []),
        ((ONE, update(), read()), [*sorted(SAID)], []),
        ((ONE, read(*SAID), update()), [], [SAID[1]]),
        ((ONE, update(ID, 400), read(SAID[0])), [], []),
        ((ONE, update(ID, 500), read(SAID[0])), [], []),
        ((ONE, update(ID, 500), read(*SAID)), [], []),
        ((stream(answer=got(409, JSON, {})), read()), [], []),
        ((stream(answer=got(503, JSON, {})), read("user: hi")), [], []),
        ((ONE, update(), update(text="more"), read("user: hi", "assistant: more")), [], []),
        ((opened(MINE, message="hello"), ONE, read("user: hello", "user: hi")), [], []),
    ],
)
def test_what_a_read_has_to_show(
    calls: tuple[Call, ...], lacking: list[str], stray: list[str]
) -> None:
    assert conversation(*calls) == (lacking, stray)


def test_once_a_wrong_update_was_accepted_what_is_stored_says_nothing() -> None:
    book = ledger_of(talk(ONE, update(UNKNOWN_ID), update(), read("user: hi")))
    session = book.sessions[1, MINE]
    assert due(book, session, session.reads[0]) is None


def test_a_refused_text_is_found_where_it_was_stored() -> None:
    theirs = stream(id=THEIR_ID, session=THEIRS, by=OTHER)
    refused = update(THEIR_ID, 400, text="injected")
    shows = read("user: hi", "assistant: injected", session=THEIRS, by=OTHER)
    book = ledger_of(talk(theirs, ONE, refused, shows))
    found = kept(book, book.updates[0])
    assert found is not None
    assert found.session == THEIRS
    book = ledger_of(talk(theirs, ONE, refused, read("user: hi")))
    assert kept(book, book.updates[0]) is None


def test_reads_may_show_a_list_alone() -> None:
    listed = [{"role": "user", "content": "hi"}]
    made: Trace = talk(ONE, read())
    one = ledger_of(made).sessions[1, MINE].reads[0]
    answer = one.wire.response
    assert answer is not None
    chunk = replace(answer.chunks[0], data=json.dumps(listed).encode())
    changed = replace(one, wire=replace(one.wire, response=replace(answer, chunks=(chunk,))))
    assert shown(changed) == {("user", "hi"): 1}
