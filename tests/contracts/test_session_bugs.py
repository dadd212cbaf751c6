"""Each bug of the session services breaks what it breaks itself, and nothing else."""

from dataclasses import replace

import pytest

from contracts.fields import SESSION_ID
from contracts.record import ActNote, Connection, Io, Way
from contracts.session_examples import (
    EVENTS,
    FIRST,
    ID,
    JSON,
    LATER_ID,
    MISMATCH,
    NONE,
    ORIGIN,
    OTHER,
    THEIR_ID,
    THEIRS,
    UNKNOWN_ID,
    USER,
    balance,
    login,
    models,
    opened,
    passing,
    read,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import Part, got
from tests.contracts.breaches import broken

ONE, SAID = stream("one"), ("user: hi", "assistant: one two")
THEIR_STREAM = stream("three", id=THEIR_ID, session=THEIRS, by=OTHER)
LEFT, BUSY = stream("one", cut=True), stream(answer=got(409, JSON, {"message": "no"}))
DEAR = stream(message="dear", answer=got(402, JSON, {"message": "no"}))
HELD, EXPIRY = stream("one", at=FIRST, until=FIRST + 2), (passing(3600, FIRST + 1),)
TO_LINE_ENDS = saying("one", last="") + rb'event: done\ndata: {"tokensUsed": 1}\n\n'


def answered(status: int = 200, body: bytes | object = b"", **fields: str) -> Part:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    return got(status, {**EVENTS, SESSION_ID: ID, **names}, body)


BUGS = {
    "never_persisted": (
        (ONE, THEIR_STREAM, update(THEIR_ID), update(UNKNOWN_ID), update(), read("user: hi")),
        {"session.foreign_id_rejected", "session.unknown_id_rejected", "session.owner_only"},
    ),
    "second_stream_allowed": (
        (
            stream("one", at=FIRST, until=FIRST + 2.5),
            stream("two", id=LATER_ID, at=FIRST + 2, until=FIRST + 4),
            read("user: hi", "user: hi"),
            update(ID, 400),
            update(LATER_ID),
            read("user: hi", *SAID),
        ),
        {"session.correct_id_accepted"},
    ),
    "terminal_with_literal_newlines": (
        (stream(answer=answered(200, TO_LINE_ENDS)), update(), read(*SAID)),
        {"session.correct_id_accepted"},
    ),
    "complete_instead_of_done": (
        (stream(answer=answered(200, saying("one", last="complete"))), update()),
        {"session.correct_id_accepted"},
    ),
    "id_compared_loosely": (
        (ONE, update(f" {ID} "), update(ID.upper()), update(), read(*SAID)),
        {"session.id_verbatim", "session.malformed_id_rejected"},
    ),
    "mismatch_tells_id": (
        (ONE, update(UNKNOWN_ID, 400, told={**MISMATCH, "expected": ID})),
        {"session.expected_id_not_leaked"},
    ),
    "second_update_overwrites": (
        (ONE, update(), balance(1), update(text="x"), balance(3), read("user: hi", "assistant: x")),
        {"session.update_is_idempotent"},
    ),
    "refresh_token_admitted": (
        (ONE, update(token="refresh-u-1"), update(), read(*SAID)),
        {"session.owner_only"},
    ),
    "slot_kept_on_leave": (
        (models(3), balance(0), LEFT, balance(0, reserved=30), BUSY, read("user: hi")),
        {"session.not_expired_in_flight", "usage.early_end_rule"},
    ),
    "id_committed_late": (
        (ONE, update(ID, 400), read("user: hi")),
        {"session.correct_id_accepted"},
    ),
    "refused_message_stored": (
        (ONE, DEAR, update(), read(*SAID, "user: dear")),
        {"session.correct_id_accepted"},
    ),
    "id_of_other_session_accepted": (
        (opened("c" * 24), stream(id=LATER_ID, session="c" * 24), ONE, update(LATER_ID), update()),
        {"session.foreign_id_rejected"},
    ),
    "id_not_exposed": (
        (stream(fields=ORIGIN, answer=answered(200, saying(), Access_Control_Allow_Origin="*")),),
        {"cors.actual_response_exposes_id"},
    ),
    "id_header_renamed": (
        (
            stream(answer=got(200, {**EVENTS, "X-Stream-Id": ID}, saying("one"))),
            update(NONE, 400),
            update(ID),
        ),
        {"session.correct_id_accepted"},
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_of_the_service_breaks_what_it_breaks_itself(name: str) -> None:
    calls, declared = BUGS[name]
    assert broken(talk(*calls)) == declared


def test_an_id_that_expires_in_flight_is_no_unknown_one() -> None:
    refused = (HELD, login(USER), update(ID, 400))
    assert broken(talk(*refused, acts=EXPIRY)) == {"session.not_expired_in_flight"}


def test_a_service_that_hangs_up_when_time_passes_is_told_from_a_client_that_leaves() -> None:
    cut = stream("one", cut=True, at=FIRST, until=FIRST + 2)
    asks = Io(FIRST, ">", "data", b"x")
    ways: tuple[tuple[Way, set[str]], ...]
    ways = (("<", {"session.not_expired_in_flight"}), (">", set()))
    for way, wanted in ways:
        log = (asks, Io(FIRST + 2, way, "fin"))
        made = talk(cut, acts=EXPIRY)
        record = replace(made.record, connections=(Connection("upstream", FIRST, log),))
        assert broken(replace(made, record=record)) == wanted


def test_a_left_stream_is_told_by_its_end_and_not_by_the_act() -> None:
    acts = (ActNote(FIRST + 1.5, "leave", "s"),)
    assert broken(talk(LEFT, BUSY, acts=acts)) == {"session.not_expired_in_flight"}
    still_open = stream("one", cut=True, until=FIRST + 99)
    assert broken(talk(still_open, BUSY, acts=acts)) == set()
