"""What the id of an update was worth at the moment at which it came."""

import pytest

from contracts.ledger.book import ID_LIFETIME, ledger_of
from contracts.ledger.entries import is_id
from contracts.ledger.standing import aged, standing
from contracts.record import ActNote
from contracts.session_examples import (
    EVENTS,
    FIRST,
    ID,
    JSON,
    LATER_ID,
    NONE,
    OTHER,
    THEIR_ID,
    THEIRS,
    UNKNOWN_ID,
    USER,
    deleted,
    login,
    passing,
    read,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import Call, got

ONE = stream("one")
TWO = stream("two", id=LATER_ID)
HELD = stream("one", at=FIRST, until=99)
SECOND_TOO = stream("two", id=LATER_ID, at=FIRST + 1, until=98)
LEFT = stream("one", cut=True)
PAIR = [("X-Streaming-Session-Id", ID), ("x-streaming-session-id", ID)]


def stands(*calls: Call, acts: tuple[ActNote, ...] = ()) -> str:
    """How the last update of this talk stood."""
    book = ledger_of(talk(*calls, acts=acts))
    return standing(book, book.updates[-1])


@pytest.mark.parametrize(
    ("value", "formed"),
    [
        (ID, True),
        ("stream-1-0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f", True),
        ("stream-12345", False),
        ("stream-12345-uuid", False),
        (f"{ID}\n", False),
        (ID.upper(), False),
        ("stream-1-0F0F0F0F", False),
        ("stream-\u0661-0f0f0f0f", False),
        (f"stream-{'1' * 20}-0f0f0f0f", False),
        ("stream-1-0f0f0f0f-0f0f-4f0f-8f0f", False),
        (None, False),
        (5, False),
        ([ID], False),
    ],
)
def test_the_form_of_an_id(value: object, formed: bool) -> None:
    assert is_id(value) == formed


@pytest.mark.parametrize(
    ("calls", "wanted"),
    [
        ((ONE, update()), "right"),
        ((ONE, update(NONE, fields={"x-streaming-session-id": ID})), "right"),
        ((ONE, update(ID, fields={"X-Streaming-Session-Id": ID})), "right"),
        ((LEFT, update()), "right"),
        ((HELD, update()), "right"),
        ((ONE, TWO, update(LATER_ID)), "right"),
        ((ONE, TWO, update(ID)), "foreign"),
        ((LEFT, TWO, update(ID)), "foreign"),
        ((HELD, SECOND_TOO, update(ID)), "right"),
        ((HELD, SECOND_TOO, update(LATER_ID)), "right"),
        ((stream(id=THEIR_ID, session=THEIRS, by=OTHER), ONE, update(THEIR_ID)), "foreign"),
        ((ONE, update(UNKNOWN_ID)), "unknown"),
        ((update(UNKNOWN_ID),), "unknown"),
        ((update(UNKNOWN_ID, session="f" * 24),), "nowhere"),
        ((ONE, deleted(), update()), "nowhere"),
        ((ONE, deleted(by=OTHER, status=404), update()), "right"),
        ((ONE, update(instance=2)), "nowhere"),
        ((ONE, update(by=OTHER)), "barred"),
        ((ONE, update(token="refresh-u-1")), "barred"),
        ((ONE, update(token="forged")), "barred"),
        ((ONE, update(token="")), "barred"),
        ((ONE, update(NONE)), "malformed"),
        ((ONE, update(f" {ID}")), "malformed"),
        ((ONE, update([ID])), "malformed"),
        ((ONE, update(NONE, fields={"X-Streaming-Session-Id": f"{ID}, {ID}"})), "malformed"),
        ((ONE, update(NONE, fields=PAIR)), "ambiguous"),
        ((ONE, update(ID, fields={"X-Streaming-Session-Id": UNKNOWN_ID})), "ambiguous"),
        ((ONE, update(None, fields={"X-Streaming-Session-Id": ID})), "unsure"),
        ((stream(answer=got(200, {**EVENTS, "X-Stream-Id": ID})), update(ID)), "unsure"),
    ],
)
def test_what_an_id_was_worth(calls: tuple[Call, ...], wanted: str) -> None:
    assert stands(*calls) == wanted


def test_a_stream_that_begins_at_the_same_moment_leaves_it_open() -> None:
    begun = got(200, {**EVENTS, "X-Streaming-Session-Id": LATER_ID}, at=FIRST + 50)
    for answer, wanted in ((begun, "unsure"), (got(409, JSON, {}, at=FIRST + 50), "right")):
        late = stream(at=FIRST + 3.5, answer=answer)
        assert stands(ONE, late, update(ID)) == wanted


@pytest.mark.parametrize(
    ("seconds", "at", "wanted"),
    [
        (ID_LIFETIME + 1, FIRST + 10, "unknown"),
        (ID_LIFETIME, FIRST + 10, "unsure"),
        (ID_LIFETIME - 60, FIRST + 10, "right"),
        (10 * ID_LIFETIME, FIRST + 1, "right"),  # while it runs
    ],
)
def test_an_id_expires_after_the_end_of_its_stream(seconds: float, at: float, wanted: str) -> None:
    short = stream("one", at=FIRST, until=FIRST + 3)
    later = (read(), read(), login(USER), update())
    assert stands(short, *later, acts=(passing(seconds, at),)) == wanted


def test_a_clock_that_was_moved_during_a_stream_ages_it_and_no_other() -> None:
    acts = (passing(60, FIRST + 1),)
    book = ledger_of(talk(stream(at=FIRST, until=FIRST + 3), update(), acts=acts))
    assert aged(book, book.updates[-1])
    book = ledger_of(talk(stream(at=FIRST, until=FIRST + 0.5), update(), acts=acts))
    assert not aged(book, book.updates[-1])


def test_an_id_in_another_field_as_well_is_no_look_alike() -> None:
    both = {**EVENTS, "X-Streaming-Session-Id": ID, "X-Request-Id": ID}
    assert stands(stream(answer=got(200, both, saying("one"))), update()) == "right"
