"""Exchanges that share time, and the answers that surely belong to one exchange."""

from collections.abc import Iterable, Iterator

from contracts.answers import answers
from contracts.message import Message
from contracts.needs import markers
from contracts.trace import Exchange, Trace

NEVER = float("inf")


def overlapping(several: Iterable[Exchange]) -> list[Exchange]:
    """Those that at ingress shared time with another of them, by the time at which they began."""
    seen = [one for one in several if one.ingress]
    spans = [(one.ingress.request.began, one.ingress.over) for one in seen if one.ingress]
    order = sorted(range(len(seen)), key=lambda number: spans[number])
    starts = [*(spans[number][0] for number in order[1:]), NEVER]
    found, latest = [], -NEVER
    for number, following in zip(order, starts, strict=False):
        began, over = spans[number]
        if began < latest or following < over:
            found.append(seen[number])
        latest = max(latest, over)
    return found


def share_time(one: Exchange, other: Exchange) -> bool:
    """At ingress each began before the other was over."""
    if not one.ingress or not other.ingress:
        return False
    starts = (one.ingress.request.began, other.ingress.request.began)
    return starts[0] < other.ingress.over and starts[1] < one.ingress.over


def strange_markers(one: Exchange) -> list[str]:
    """The markers of content that the client was sent and that none of its own answers brought."""
    own = {found for a in one.attempts for found in markers(a.egress.response)}
    return [found.decode() for found in markers(one.response) if found not in own]


def own_answers(trace: Trace) -> Iterator[tuple[Exchange, Message, Message]]:
    """Exchanges with what came at egress and what went on at ingress.

    Left out are those that cannot be told apart: requests made at once, without a nonce, of which
    the one at egress is not the one at ingress.
    """
    crowded = {one.number for one in overlapping(trace.exchanges)}
    for one, came, went in answers(trace):
        if one.number not in crowded or one.ask.nonce or _its_own(one):
            yield one, came, went


def _its_own(one: Exchange) -> bool:
    asked = one.ingress.request if one.ingress else None
    made = one.egress.request if one.egress else None
    return bool(asked and made and (asked.target, asked.body) == (made.target, made.body))
