"""How an update with a wrong id is judged, whatever is wrong with it."""

from collections.abc import Iterator

from contracts.ledger.book import Ledger
from contracts.ledger.conversation import kept
from contracts.ledger.entries import Update
from contracts.ledger.standing import told
from contracts.verdict import Finding

REFUSED = (400,)


def refusal(book: Ledger, update: Update, statuses: tuple[int, ...] = REFUSED) -> Iterator[Finding]:
    """It is refused with one of the statuses and a JSON message, and nothing of it is stored.

    Where more than its id is wrong with it, any 4xx will do.
    """
    entry, why = update.entry, f"given was {told(update)}"
    answer, status = entry.wire.response, entry.status
    if status not in statuses and (update.plain or not 400 <= status < 500):
        yield Finding(answer, " or ".join(map(str, statuses)), status, why)
    elif not isinstance(entry.told.get("message"), str):
        shown = answer.text[:80] if answer else ""
        yield Finding(answer, "a JSON object with a message", shown, why)
    elif read := kept(book, update):
        why = f"it was refused with {status}; {why}"
        yield Finding(read.wire.response, "nothing of a refused update", update.text, why)
