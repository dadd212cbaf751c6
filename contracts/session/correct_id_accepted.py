"""An update with the id that the stream issued succeeds with 200, also with no delay after the last
event, and the conversation then holds exactly what was accepted, once, and is shown to its owner;
the stream issues one well-formed id of its own and ends with one `done` that counts its chunks.

The messages of refused streams are stored nowhere. A stream that was left needs no `done`, and one
that failed has none: an `error` is its last event. What idle expiry does is judged by
session.not_expired_in_flight, and what is stored of wrong updates by the contracts about their ids.

Basis: the streaming session id (docs/streaming-session-id.md), correct id.
"""

import json
from collections.abc import Iterator

from contracts.event_stream import Event
from contracts.fields import SESSION_ID
from contracts.ledger.book import Ledger, Session, ledger_of
from contracts.ledger.calls import Entry
from contracts.ledger.conversation import due, shown
from contracts.ledger.entries import DONE, FAILED, Stream, is_id
from contracts.ledger.standing import THROTTLED, aged, good_in_body, standing, told
from contracts.session_examples import (
    EVENTS,
    ID,
    JSON,
    LATER_ID,
    opened,
    read,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(Need("a stream that was begun", lambda trace: bool(ledger_of(trace).streams)),),
)
def correct_id_accepted(trace: Trace) -> Iterator[Finding]:
    book = ledger_of(trace)
    for one in book.streams:
        if len(one.ids) != 1 or not is_id(one.ids[0]):
            at = one.entry.wire.response
            yield Finding(at, "one well-formed id", one.ids, header=SESSION_ID)
        elif len(book.issued[one.ids[0]]) > 1:
            why = "another stream bears it too"
            yield Finding(one.entry.wire.response, "an id of its own", one.ids, why, SESSION_ID)
        if one.whole and one.last != FAILED:
            yield from _ended(one)
    yield from _accepted(book)
    yield from _stored(book)


def _ended(one: Stream) -> Iterator[Finding]:
    at, ends = one.entry.wire.response, [e for e in one.events if e.type == DONE]
    failed = any(event.type == FAILED for event in one.events)
    if len(ends) != 1 or one.last != DONE or failed:
        types = ", ".join(event.type for event in one.events[-3:]) or "none"
        why = "what came after them is no whole event" if one.partial else ""
        yield Finding(at, "one `done` event, the last one", f"last events: {types}", why)
    elif _tokens(ends[0]) != one.chunks:
        yield Finding(at, f"{one.chunks} tokens, one a chunk", ends[0].data)


def _tokens(end: Event) -> object:
    try:
        value = json.loads(end.data)
    except ValueError:
        return None
    return value.get("tokensUsed") if isinstance(value, dict) else None


def _accepted(book: Ledger) -> Iterator[Finding]:
    """The first update with each right id; that of a later one is judged by what it does."""
    first = set()
    for one in book.updates:
        entry = one.entry
        judged = one.plain and entry.status not in (0, *THROTTLED)
        if judged and standing(book, one) == "right" and not aged(book, one):
            name = (entry.key, str(one.given[0]))
            if name not in first and entry.status != 200 and not good_in_body(book, one):
                yield Finding(entry.wire.response, 200, entry.status, f"given was {told(one)}")
            first.add(name)


def _stored(book: Ledger) -> Iterator[Finding]:
    wrong = {
        str(one.text)
        for one in book.updates
        if 400 <= one.entry.status < 500 and standing(book, one) != "right"
    }
    for session in book.sessions.values():
        for one in session.reads:
            if _is_withheld(book, session, one):
                yield Finding(one.wire.response, "the messages of the session", one.status)
            messages, expected = shown(one), due(book, session, one)
            if messages is None or expected is None:
                continue
            for role, text in expected.lacking(messages):
                yield Finding(one.wire.response, f"{role}: {text}", "it is not stored")
            for role, text in expected.stray(messages):
                if text not in wrong:
                    why = "nobody was told that it is stored, or not so often"
                    yield Finding(one.wire.response, "no such message", f"{role}: {text}", why)


def _is_withheld(book: Ledger, session: Session, read: Entry) -> bool:
    """Its owner asked to see a session that lives, and was answered without its messages."""
    answer, gone = read.wire.response, session.deletion
    if answer is None or not answer.complete or answer.status in THROTTLED:
        return False
    lives = gone is None or gone.at > read.answered
    own = read.bearer.user == session.owner and book.admits(read) is True
    return lives and own and shown(read) is None


_TALK = (stream("one", " two"), update())
_SAID = ("user: hi", "assistant: one two")
_REFUSED = stream(message="too dear", answer=got(402, JSON, {"code": "INSUFFICIENT_CREDITS"}))
HOLDS = talk(opened("c" * 24, message="hello"), *_TALK, _REFUSED, read(*_SAID))
HOLDS_ON_ERROR = talk(
    stream(answer=got(200, {**EVENTS, SESSION_ID: ID}, saying("one", last="error"))),
    stream("two", id=LATER_ID, cut=True, until=99),
    read("user: hi", "user: hi"),
)
BREAKS = talk(stream("one"), update(ID, 400))
BREAKS_FORM = talk(stream("one", id="stream-12345"))
BREAKS_NAME = talk(stream(answer=got(200, {**EVENTS, "X-Stream-Id": ID}, saying("one"))))
BREAKS_END = talk(
    stream(answer=got(200, {**EVENTS, SESSION_ID: ID}, saying("one", last="complete")))
)
BREAKS_UNSEEN_END = talk(
    stream(
        answer=got(
            200,
            {**EVENTS, SESSION_ID: ID},
            saying("one", last="") + rb'event: done\ndata: {"tokensUsed": 1}\n\n',
        )
    )
)
BREAKS_ID_OF_ANOTHER = talk(stream("one"), stream("two"))
BREAKS_AFTER_ERROR = talk(
    stream(
        answer=got(
            200, {**EVENTS, SESSION_ID: ID}, saying("one", last="error") + saying("two")[-40:]
        )
    )
)
BREAKS_WITHHELD = talk(*_TALK, read(status=404))
BREAKS_TEXT = talk(*_TALK, read("user: hi", "assistant: one"))
BREAKS_BY_REFUSED = talk(*_TALK, _REFUSED, read(*_SAID, "user: too dear"))
BREAKS_TWICE = talk(*_TALK, read(*_SAID, _SAID[1]))
