"""What the id of an update was worth when the update came.

The right id is that of the latest stream of the session: running, done or broken off, until it
expires, a declared time after the stream's end. A later stream takes its place only if that began
when it was over: a service that lets two run at once has to know both.
"""

from collections.abc import Iterator
from typing import Literal

from contracts.ledger.book import ID_LIFETIME, Ledger, Session, ledger_of
from contracts.ledger.entries import Stream, Update, is_id
from contracts.trace import Trace

Standing = Literal[
    "right",
    "foreign",  # issued to another stream: of another session, or an earlier one of this session
    "unknown",  # never issued, or expired
    "malformed",  # not of the form of an id, or none at all
    "ambiguous",  # in several header fields, or not the same in header and body
    "nowhere",  # the instance has no such session, or has it no longer
    "barred",  # not with the owner's access token
    "unsure",  # what happened at the same moment decides, or a clock at its limit
]
THROTTLED = (413, 429)  # refused for its size or number, whatever the id


def standing(book: Ledger, update: Update) -> Standing:
    """How the id of this update stood when it came."""
    entry, session = update.entry, book.session(update.entry)
    admitted = book.admits(entry)
    if not admitted:
        return "unsure" if admitted is None else "barred"
    if session is None:
        return "nowhere"
    if session.deletion and session.deletion.at < entry.answered:
        return "nowhere" if session.deletion.before(entry) else "unsure"
    if session.owner != entry.bearer.user:
        return "barred"
    return _by_id(book, session, update)


def updates(trace: Trace, *wanted: Standing) -> Iterator[Update]:
    """The answered updates whose ids stood so."""
    book = ledger_of(trace)
    for update in book.updates:
        answered = update.entry.status and update.entry.status not in THROTTLED
        if answered and standing(book, update) in wanted:
            yield update


def stream_of(session: Session, update: Update) -> Stream | None:
    """The latest stream of the session that bears the id which the update gives."""
    value = _the_one(update)
    began = [one for one in session.streams if one.entry.before(update.entry)]
    latest = max((one.entry.at for one in began), default=0.0)
    current = (one for one in began if one.over >= latest)
    return next((one for one in current if value in one.ids), None)


def _by_id(book: Ledger, session: Session, update: Update) -> Standing:
    value, stream = _the_one(update), stream_of(session, update)
    if len(update.in_header) > 1 or any(one != value for one in update.given):
        return "unsure" if value is None and len(update.given) == 2 else "ambiguous"
    if not stream and not is_id(value):
        return "malformed"
    if _races(session, update) or value in book.look_alikes:
        return "unsure"
    if stream:
        return _by_age(book, stream, update)
    return "foreign" if value in book.issued else "unknown"


def _the_one(update: Update) -> object:
    return update.given[0] if update.given else None


def _by_age(book: Ledger, stream: Stream, update: Update) -> Standing:
    end, at = stream.over, update.entry.at
    idle = book.passed(end, at)
    if idle > ID_LIFETIME:
        return "unknown"
    return "right" if end >= at or idle + at - end < ID_LIFETIME else "unsure"


def _races(session: Session, update: Update) -> bool:
    """A stream began that may be the latest one already."""
    return any(
        one.status in (0, 200) and one.at < update.entry.answered and not one.before(update.entry)
        for one in session.asked
    )


def aged(book: Ledger, update: Update) -> bool:
    """The services' clock was moved on while the stream of its id ran."""
    session = book.session(update.entry)
    stream = stream_of(session, update) if session else None
    return bool(stream and book.passed(stream.entry.at, min(stream.over, update.entry.at)))


def good_in_body(book: Ledger, update: Update) -> bool:
    """It gives in a header field alone the id that another one was accepted for in its body."""
    others = book.updates if not update.in_body else ()
    return any(
        one.in_body == update.given[:1]
        and one.entry.key == update.entry.key
        and one.entry.status == 200
        for one in others
    )


def told(update: Update) -> str:
    """What it gave, fit to be shown."""
    given = [ascii(one) for one in (*update.in_body, *update.in_header)] or ["no id"]
    return " and ".join(one if len(one) <= 80 else f"{one[:60]}... ({len(one)})" for one in given)
