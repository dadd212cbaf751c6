"""The ledger: which call it was, who made it, how streams ended, what was spent."""

from dataclasses import replace

import pytest

from contracts.ledger.book import TOKEN_LIFETIME, ledger_of
from contracts.ledger.calls import call_of
from contracts.message import Message
from contracts.session_examples import (
    EVENTS,
    FIRST,
    OTHER,
    USER,
    balance,
    passing,
    read,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import got

ONE = stream("one")
LEFT = stream("one", cut=True)


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("POST /api/auth/login HTTP/1.1", ("login", "")),
        ("POST /api/chat/sessions HTTP/1.1", ("open", "")),
        ("POST /api/chat/sessions/ HTTP/1.1", ("open", "")),
        ("POST /v1/api/chat/sessions/a1/stream?x=1 HTTP/1.1", ("stream", "a1")),
        ("POST /api/chat/sessions/a1/update-stream HTTP/1.1", ("update", "a1")),
        ("GET /api/chat/sessions/a1 HTTP/1.1", ("read", "a1")),
        ("GET /api/chat/sessions/a1/messages HTTP/1.1", ("read", "a1")),
        ("DELETE /api/chat/sessions/a1 HTTP/1.1", ("delete", "a1")),
        ("GET /api/credits/balance HTTP/1.1", ("balance", "")),
        ("OPTIONS /api/chat/sessions/a1/stream HTTP/1.1", None),
        ("GET /api/chat/sessions HTTP/1.1", None),
        ("POST /api/chat/sessions/a1 HTTP/1.1", None),
        ("POST /api/chat/sessions/a1/stream/more HTTP/1.1", None),
        ("garbage", None),
    ],
)
def test_calls_are_known_by_method_and_path(line: str, call: tuple[str, str] | None) -> None:
    assert call_of(Message("egress", line, ())) == call


@pytest.mark.parametrize(
    ("seconds", "admitted"),
    [(0, True), (TOKEN_LIFETIME, False), (TOKEN_LIFETIME - 2, None), (TOKEN_LIFETIME - 60, True)],
)
def test_an_access_token_expires(seconds: float, admitted: bool | None) -> None:
    book = ledger_of(talk(ONE, acts=(passing(seconds, FIRST - 0.5),)))
    assert book.admits(book.streams[0].entry) is admitted


def test_principals_are_told_by_the_login_answers_alone() -> None:
    book = ledger_of(talk(ONE, read(token="refresh-u-2"), read(token="x.eyJzdWIiOiJ1LTEifQ.x")))
    told = [(one.bearer.user, one.bearer.kind) for one in book.entries[-3:]]
    assert told == [(USER, "access"), (OTHER, "refresh"), ("", "")]
    assert [session.owner for session in book.sessions.values()] == [USER, OTHER]


def test_the_service_is_judged_by_what_came_to_it_and_left_it() -> None:
    """A leg that changes a request or an answer changes nothing in the ledger."""
    made = talk(ONE, update())
    last = made.exchanges[-1]
    attempt = last.attempts[0]
    damaged = replace(attempt, egress=replace(attempt.egress, response=None))
    swapped = replace(made, exchanges=(*made.exchanges[:-1], replace(last, attempts=(damaged,))))
    assert ledger_of(swapped).updates[0].entry.status == 200
    lost = replace(last, attempts=(replace(attempt, upstream=None),))
    assert not ledger_of(replace(made, exchanges=(*made.exchanges[:-1], lost))).updates


def test_the_ledger_of_a_trace_is_made_once() -> None:
    made = talk(ONE)
    assert ledger_of(made) is ledger_of(made)
    assert ledger_of(talk(ONE)) is not ledger_of(made)


def test_streams_tell_how_they_ended() -> None:
    failed = got(200, {**EVENTS}, saying("one", last="error"))
    book = ledger_of(talk(ONE, LEFT, stream(answer=failed), stream(cut=True, until=FIRST + 50)))
    found = [(one.whole, one.early, one.last, one.chunks) for one in book.streams]
    assert found == [
        (True, False, "done", 1),
        (False, True, "chunk", 1),
        (True, True, "error", 1),
        (False, True, "", 0),
    ]


def test_a_body_that_ends_with_its_connection_is_whole_only_with_its_last_event() -> None:
    book = ledger_of(talk(ONE, stream(answer=got(200, EVENTS, saying("one", last="")))))
    closed = [
        replace(one.entry.wire, response=replace(one.entry.wire.response, framing="close"))
        for one in book.streams
        if one.entry.wire.response
    ]
    made = [
        replace(one, entry=replace(one.entry, wire=wire))
        for one, wire in zip(book.streams, closed, strict=True)
    ]
    assert [(one.whole, one.early) for one in made] == [(True, False), (False, True)]


def test_balances_are_by_user_and_tell_what_was_spent() -> None:
    book = ledger_of(talk(balance(7, reserved=3)))
    (one,) = book.balances_of[USER]
    assert (one.remaining, one.reserved, one.spent) == (90, 3, 7)
