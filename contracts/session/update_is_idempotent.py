"""A second update with the same id neither charges tokens twice nor overwrites the stored text.

Basis: the streaming session id (docs/streaming-session-id.md), data integrity.
"""

from collections.abc import Iterator

from contracts.ledger.accounts import Span, lost_streams, span, updates_within
from contracts.ledger.book import Ledger, Session, ledger_of
from contracts.ledger.conversation import Said, due, shown
from contracts.ledger.entries import Update
from contracts.ledger.standing import standing
from contracts.message import Message
from contracts.session_examples import balance, read, stream, talk, update
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

Repeat = tuple[Session, Update, Update]  # the first update with an id, and a later one


@contract(
    "SHOULD",
    applies="session",
    judges="service",
    needs=(
        Need(
            "a second update with an accepted id, and a read or balances around it",
            lambda trace: any(_reads(trace)) or any(_spans(trace)),
        ),
    ),
)
def update_is_idempotent(trace: Trace) -> Iterator[Finding]:
    for at, lacking, stray in _reads(trace):
        if lacking or stray:
            yield Finding(at, lacking or "nothing more", stray or "not stored", "updated twice")
    for there in _spans(trace):
        if there.charged:
            at, spent = there.after.entry.wire.response, there.after.spent
            yield Finding(at, there.before.spent, spent, "credits spent, after a second update")


def _repeats(book: Ledger) -> Iterator[Repeat]:
    for session in book.sessions.values():
        accepted: dict[str, Update] = {}
        for one in session.updates:
            if one.plain and standing(book, one) == "right":
                name = str(one.given[0])
                if name in accepted and one.entry.status:
                    yield session, accepted[name], one
                elif one.entry.status == 200:
                    accepted[name] = one


def _reads(trace: Trace) -> Iterator[tuple[Message | None, list[str], list[str]]]:
    """Later reads; which of the two texts they lack and which they show beyond the first one."""
    book = ledger_of(trace)
    for session, first, later in _repeats(book):
        texts = [("assistant", str(one.text)) for one in (first, later)]
        for one in session.reads:
            messages = shown(one) if later.entry.before(one) else None
            expected = due(book, session, one, first_wins=True) if messages is not None else None
            if messages is not None and expected:
                lacking = _among(texts, expected.lacking(messages))
                yield one.wire.response, lacking, _among(texts, expected.stray(messages))


def _among(texts: list[Said], found: list[Said]) -> list[str]:
    return [f"{role}: {text}" for role, text in found if (role, text) in texts]


def _spans(trace: Trace) -> Iterator[Span]:
    """From balance to balance around second updates, in which nothing else can be charged."""
    book = ledger_of(trace)
    repeats = list(_repeats(book))
    second = [later for _, _, later in repeats]
    for session, _, later in repeats:
        user, entry = session.owner, later.entry
        there = span(book, user, entry.at, entry.answered)
        quiet = there and not there.streams and not lost_streams(book, user)
        if there and quiet and all(one in second for one in updates_within(book, user, there)):
            yield there


_FIRST = (stream("one"), update())
_AGAIN = update(text="something else")
_SAID = ("user: hi", "assistant: one two")
HOLDS = talk(*_FIRST, balance(2), _AGAIN, balance(2), read(*_SAID))
HOLDS_REFUSED = talk(*_FIRST, update(status=409, text="something else"), read(*_SAID))
BREAKS = talk(*_FIRST, _AGAIN, read("user: hi", "assistant: something else"))
BREAKS_BOTH = talk(*_FIRST, _AGAIN, read(*_SAID, "assistant: something else"))
BREAKS_TWICE = talk(*_FIRST, update(), read(*_SAID, _SAID[1]))
BREAKS_CHARGED = talk(*_FIRST, balance(2), _AGAIN, balance(4))
