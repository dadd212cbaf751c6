"""What a user's balances say was charged between two moments.

Charged is what the spent credits grew by, so that an allocation in between does no harm.
"""

from dataclasses import dataclass

from contracts.ledger.book import Ledger
from contracts.ledger.calls import members
from contracts.ledger.entries import Balance, Stream, Update


@dataclass(frozen=True, slots=True)
class Span:
    """Two balances of one user, and his streams that ran at any time from the one to the other."""

    before: Balance
    after: Balance
    streams: tuple[Stream, ...]

    @property
    def charged(self) -> float:
        """Credits."""
        return self.after.spent - self.before.spent

    @property
    def within(self) -> bool:
        """All streams began after the first balance was told and were over before the second."""
        start, end = self.before.entry, self.after.entry.at
        return all(start.before(one.entry) and one.over <= end for one in self.streams)


def span(book: Ledger, user: str, start: float, end: float) -> Span | None:
    """From the last balance told until start to the first one asked for from end on (seconds)."""
    balances = book.balances_of.get(user, ())
    before = [one for one in balances if one.entry.answered <= start]
    after = [one for one in balances if one.entry.at >= end]
    if not before or not after:
        return None
    first, last = before[-1], after[0]
    running = (
        one
        for one in book.streams_of.get(user, ())
        if one.entry.at < last.entry.answered and one.over > first.entry.at
    )
    return Span(first, last, tuple(running))


def updates_within(book: Ledger, user: str, there: Span) -> list[Update]:
    """Updates of this user that were accepted, or may have been, between the two balances."""
    return [
        one
        for one in book.updates
        if one.entry.bearer.user == user
        and (one.entry.status == 200 or not 0 < one.entry.status < 500)
        and there.before.entry.at < one.entry.answered
        and one.entry.at < there.after.entry.answered
    ]


def lost_streams(book: Ledger, user: str) -> bool:
    """A stream of this user was asked for and never answered, so nobody knows what it cost."""
    calls = (one for session in book.sessions.values() for one in session.asked)
    return any(one.bearer.user == user and one.status == 0 for one in calls)


def price(book: Ledger, stream: Stream) -> float | None:
    """What a chunk of this stream's model costs (credits); None: the run does not tell."""
    model = (stream.entry.sent or {}).get("modelId")
    for entry in book.entries:
        if entry.kind == "models" and entry.status == 200:
            offered = members(entry.wire.response).get("models")
            for one in offered if isinstance(offered, list) else ():
                if isinstance(one, dict) and one.get("id") == model:
                    cost = one.get("creditCost")
                    return cost if isinstance(cost, int | float) else None
    return None
