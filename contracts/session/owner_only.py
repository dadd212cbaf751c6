"""A session and its ids work only for the principal that opened it; a request without an id is
never attached to somebody's session.

Somebody else's session does not exist (404, or 403); without an access token that is valid, nothing
does (401): a refresh token is none.

Basis: the streaming session id (docs/streaming-session-id.md), why ids are validated.
Broken in: agentic-community/mcp-gateway-registry#1357 (another user's id opens his session),
chandshy/mailpouch#264 (a peer can attach or delete), MystenLabs/MemWal#491 (messages injected with
a known id), campfirein/byterover-cli#330 (a request without id lands in the only open session).
"""

from collections.abc import Iterator

from contracts.ledger.book import Ledger, ledger_of
from contracts.ledger.calls import Entry
from contracts.ledger.conversation import kept
from contracts.ledger.entries import Update, is_id
from contracts.ledger.standing import THROTTLED, told, updates
from contracts.session_examples import (
    NONE,
    OTHER,
    THEIR_ID,
    THEIRS,
    UNKNOWN_ID,
    deleted,
    read,
    stream,
    talk,
    update,
)
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

HIDDEN, UNAUTHORISED = (403, 404), (401,)
JUDGED = ("open", "stream", "update", "read", "delete")


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(
        Need(
            "a request of a stranger, or an update without an id of its own",
            lambda trace: any(_strange(trace)) or any(_alien(trace)),
        ),
    ),
)
def owner_only(trace: Trace) -> Iterator[Finding]:
    book = ledger_of(trace)
    for entry, wanted in _strange(trace):
        if entry.status not in wanted and not (400 <= entry.status < 500 and _is_odd(entry)):
            expected, asked = " or ".join(map(str, wanted)), entry.wire.request.first_line
            yield Finding(entry.wire.response, expected, entry.status, f"to {asked}")
    for one in _alien(trace):
        if one.entry.status < 400:
            why = f"given was {told(one)}"
            yield Finding(one.entry.wire.response, "a refusal", one.entry.status, why)
    for one in updates(trace, "barred"):
        found = kept(book, one) if one.entry.status >= 400 else None
        if found:
            yield Finding(found.wire.response, "nothing of a stranger's update", one.text)


def _strange(trace: Trace) -> Iterator[tuple[Entry, tuple[int, ...]]]:
    """Answered calls without a valid access token, or in somebody else's session."""
    book = ledger_of(trace)
    for entry in book.entries:
        judged = entry.kind in JUDGED and entry.status not in (0, *THROTTLED)
        wanted = _wanted(book, entry) if judged else ()
        if wanted:
            yield entry, wanted


def _wanted(book: Ledger, entry: Entry) -> tuple[int, ...]:
    """The statuses that are right for a stranger; none: it is not one, as far as can be told."""
    admitted, session = book.admits(entry), book.session(entry)
    if admitted is False:
        return UNAUTHORISED
    strange = session and session.owner and session.owner != entry.bearer.user
    return HIDDEN if admitted and strange else ()


def _alien(trace: Trace) -> Iterator[Update]:
    """Updates of an owner that give no id, or one that was issued to another user."""
    book = ledger_of(trace)
    for one in updates(trace, "foreign", "malformed"):
        ids = [value for value in one.given if isinstance(value, str)]
        users = {stream.entry.bearer.user for value in ids for stream in book.issued.get(value, ())}
        if not any(one.given) or (users and one.entry.bearer.user not in users):
            yield one


def _is_odd(entry: Entry) -> bool:
    """Its body is a reason of its own to refuse it."""
    if entry.kind in ("read", "delete"):
        return False
    sent = entry.sent or {}
    if entry.kind == "update":
        update = Update.of(entry)
        return not (update.plain and update.given and all(map(is_id, update.given)))
    return not all(isinstance(sent.get(name), str) for name in _NEEDED[entry.kind])


_NEEDED = {"open": ("title",), "stream": ("message", "modelId")}
_ONE, _SAID = stream("one"), ("user: hi", "assistant: one two")
_NONES = (update(NONE, 400), update(None, 400))
HOLDS = talk(
    _ONE,
    read(by=OTHER, status=404),
    update(by=OTHER, status=403),
    update(UNKNOWN_ID, 404, by=OTHER),
    deleted(by=OTHER, status=404),
    update(token="refresh-u-1", status=401),
    read(token="", status=401),
    *_NONES,
    update(),
    read(*_SAID),
)
BREAKS = talk(_ONE, update(by=OTHER))
BREAKS_READ = talk(_ONE, read("user: hi", by=OTHER))
BREAKS_DELETE = talk(_ONE, deleted(by=OTHER))
BREAKS_REFRESH = talk(_ONE, update(token="refresh-u-1"))
BREAKS_FORGED = talk(_ONE, read(token="forged", status=404))
BREAKS_ID = talk(stream(id=THEIR_ID, session=THEIRS, by=OTHER), _ONE, update(THEIR_ID))
BREAKS_WITHOUT = talk(_ONE, update(NONE))
BREAKS_STORED = talk(_ONE, update(token="", status=401), read(*_SAID))
