"""A stream that ends early is accounted by one declared rule: neither free because the client left
before the last event nor charged when nothing came; and nothing stays reserved.

The rule `chunks_sent`: each chunk that was sent costs what the model costs. A chunk that was on its
way when the stream broke off counts as sent or not.

Basis: the streaming session id (docs/streaming-session-id.md), credits.
Broken in: open-ace/open-ace#3422 (whole answer, zero usage), Wei-Shaw/sub2api#4408 (losers of a
hedge are billed), QuantumNous/new-api#4199 (users charged for nothing), QuantumNous/new-api#5235
(free answers), bitrouter/bitrouter#537 (free after a disconnect).
"""

from collections.abc import Iterator
from operator import mul

from contracts.event_stream import EventStream
from contracts.ledger.accounts import Span, lost_streams, price, span, updates_within
from contracts.ledger.book import Ledger, ledger_of
from contracts.ledger.entries import CHUNK, Stream
from contracts.session_examples import balance, models, stream, talk
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

RULE = "chunks_sent"


@contract(
    "SHOULD",
    applies="session",
    judges="service",
    needs=(Need("a stream that ended early, between balances", lambda trace: any(_spans(trace))),),
)
def early_end_rule(trace: Trace) -> Iterator[Finding]:
    book = ledger_of(trace)
    for there in _spans(trace):
        at, expected = there.after.entry.wire.response, _breach(book, there)
        if expected:
            why = f"for {sum(one.chunks for one in there.streams)} chunks sent"
            yield Finding(at, expected, f"{there.charged:g} credits", why)
        if there.after.reserved:
            yield Finding(at, "nothing reserved", there.after.reserved, "no stream runs any more")


def _spans(trace: Trace) -> Iterator[Span]:
    """From balance to balance, between which only streams ran that ended early."""
    book, told = ledger_of(trace), set()
    for user, streams in book.streams_of.items():
        for one in () if lost_streams(book, user) else streams:
            there = span(book, user, one.entry.at, one.over) if one.early else None
            if there is None or not there.within or updates_within(book, user, there):
                continue
            ends = (there.before.entry.at, there.after.entry.at)
            if ends not in told and all(other.early for other in there.streams):
                told.add(ends)
                yield there


def _breach(book: Ledger, there: Span) -> str:
    """What should have been charged, where something else was; empty: it is right."""
    charged, counts = there.charged, [_sent(one) for one in there.streams]
    prices = [price(book, one) for one in there.streams]
    known = [one for one in prices if one is not None]
    if there.after.rule != RULE or len(known) < len(prices):
        if any(least for least, _ in counts):
            return "" if charged > 0 else "more than 0 credits"
        return "" if charged == 0 or any(most for _, most in counts) else "0 credits"
    least, most = (sum(map(mul, side, known)) for side in zip(*counts, strict=True))
    if least <= charged <= most:
        return ""
    return f"{least:g} credits" if least == most else f"{least:g} to {most:g} credits"


def _sent(one: Stream) -> tuple[int, int]:
    """How many chunks were sent, at the least and at the most.

    What came when its client had left may not count, and one more may have gone unseen.
    """
    answer, closed = one.entry.wire.response, one.entry.wire.closed
    if one.whole or answer is None or closed is None:
        return one.chunks, one.chunks
    before = b"".join(chunk.data for chunk in answer.chunks if chunk.at <= closed)
    surely = sum(event.type == CHUNK for event in EventStream().feed(before))
    return min(surely, one.chunks), one.chunks + bool(one.chunks or one.partial)


_LEFT = stream("one", "two", cut=True)
_SILENT = stream(cut=True)
HOLDS = talk(models(3), balance(0), _LEFT, balance(6), _SILENT, balance(6))
HOLDS_ANOTHER_RULE = talk(balance(0, rule="flat"), _LEFT, balance(1, rule="flat"))
BREAKS = talk(balance(0), _LEFT, balance(0))
BREAKS_FOR_NOTHING = talk(models(3), balance(0), _SILENT, balance(3))
BREAKS_BY_NUMBER = talk(models(3), balance(0), _LEFT, balance(12))
BREAKS_RESERVED = talk(models(3), balance(0), _LEFT, balance(6, reserved=30))
