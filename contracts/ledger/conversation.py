"""What a read of a chat session has to show: all that was accepted, once, and nothing else.

Stored are the first message, the message of each stream that was begun, and the text of each update
that was accepted. Where that cannot be told (no answer came, or at the same moment) both will do;
once a wrong update was accepted, what is stored says nothing more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.ledger.book import Ledger, Session
from contracts.ledger.calls import Entry
from contracts.ledger.entries import Update
from contracts.ledger.standing import standing

Said = tuple[str, str]  # role, text


@dataclass(slots=True)
class Due:
    """The messages that a read must show and those that it may show besides, with their numbers."""

    must: Counter[Said] = field(default_factory=Counter)
    may: Counter[Said] = field(default_factory=Counter)

    def note(self, entry: Entry, read: Entry, role: str, text: object, sure: bool = True) -> None:
        """What this call gave to store; `sure`: nothing else decides whether it is stored."""
        if not isinstance(text, str) or entry.at >= read.answered:
            return
        accepted = entry.status in (200, 201)
        if accepted and sure and text and entry.before(read):
            self.must[role, text] += 1
        elif accepted or entry.status == 0 or entry.status >= 500:
            self.may[role, text] += 1

    def lacking(self, shown: Counter[Said]) -> list[Said]:
        return sorted((self.must - shown).elements())

    def stray(self, shown: Counter[Said]) -> list[Said]:
        return sorted((shown - self.must - self.may).elements())


def shown(read: Entry) -> Counter[Said] | None:
    """The messages in the answer to a read; None: it has none to show."""
    answer = read.wire.response
    if answer is None or answer.status != 200 or not answer.complete:
        return None
    told = answer.json()
    messages = told.get("messages") if isinstance(told, dict) else told
    if not isinstance(messages, list):
        return None
    found = [one for one in messages if isinstance(one, dict)]
    return Counter((str(one.get("role")), str(one.get("content"))) for one in found)


def due(book: Ledger, session: Session, read: Entry, *, first_wins: bool = False) -> Due | None:
    """What this read has to show; None: an update was accepted that should have been refused.

    Of the texts that were given with one id any may be stored; `first_wins`: the first accepted.
    """
    found = Due()
    opened = session.opening
    found.note(opened, read, "user", (opened.sent or {}).get("initialMessage"))
    for entry in session.asked:
        found.note(entry, read, "user", (entry.sent or {}).get("message"))
    for first, *more in _by_id(session.updates, read):
        given = (first, *more)
        if any(one.entry.status == 200 and not _may_be_right(book, one) for one in given):
            return None
        settled = first.entry.status == 200 and standing(book, first) == "right"
        counted = (first,) if settled and first_wins else given
        for one in counted:
            found.note(one.entry, read, "assistant", one.text, settled and len(counted) == 1)
    return found


def kept(book: Ledger, update: Update) -> Entry | None:
    """A later read that shows the text of this update, which was refused."""
    for session in _concerned(book, update):
        for read in session.reads:
            messages = shown(read) if update.entry.before(read) else None
            expected = due(book, session, read) if messages else None
            if messages and expected and ("assistant", update.text) in expected.stray(messages):
                return read
    return None


def _concerned(book: Ledger, update: Update) -> list[Session]:
    """The session in the update's path, and those whose streams bear the id that it gives."""
    ids = [one for one in update.given if isinstance(one, str)]
    streams = (stream for one in ids for stream in book.issued.get(one, ()))
    calls = (update.entry, *(stream.entry for stream in streams))
    found = {call.key: session for call in calls if (session := book.session(call))}
    return list(found.values())


def _may_be_right(book: Ledger, update: Update) -> bool:
    return standing(book, update) in ("right", "unsure")


def _by_id(updates: Iterable[Update], read: Entry) -> list[list[Update]]:
    """Those that may have been stored, by the id they gave, in order."""
    found: defaultdict[str, list[Update]] = defaultdict(list)
    for update in updates:
        if update.entry.at < read.answered and not 400 <= update.entry.status < 500:
            found[repr(update.given[:1])].append(update)
    return list(found.values())
