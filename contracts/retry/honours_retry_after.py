"""A retry after 429/503 is not earlier than Retry-After asks, or is not made and the 429 is
relayed (tested with 120 s and one credential, so that a pass is immediate).

Basis: RFC 9110 10.2.3.
"""

from calendar import timegm
from collections.abc import Iterator
from email.utils import parsedate

from contracts.message import Message
from contracts.needs import account
from contracts.testing import COOKIES, call, got, sent, trial
from contracts.trace import Attempt, Trace
from contracts.verdict import Finding, Need, contract

ASKED_TO_WAIT = Need(
    "a 429 or 503 with Retry-After from upstream",
    lambda trace: any(
        wait(a.egress.response) is not None for e in trace.chats() for a in e.attempts
    ),
)


@contract("SHOULD", applies="bridge", needs=(ASKED_TO_WAIT,))
def honours_retry_after(trace: Trace) -> Iterator[Finding]:
    for one in trace.chats():
        for number, attempt in enumerate(one.attempts):
            for later in one.attempts[number + 1 :]:
                yield from _too_early(attempt, later)


def _too_early(refused: Attempt, later: Attempt) -> Iterator[Finding]:
    """A 429 limits one credential; another server than the one that asked need not wait."""
    response, first, request = refused.egress.response, refused.egress.request, later.egress.request
    asked = wait(response)
    if response is None or asked is None or request.values("Host") != first.values("Host"):
        return
    waited = request.began - response.head_at
    spared = response.status == 429 and account(request) != account(first)
    if waited < asked and not spared:
        why = f"after {response.status}"
        actual = f"one after {waited:.3f} s"
        yield Finding(request, f"no retry within {asked} s", actual, why, header="Retry-After")


def wait(response: Message | None) -> int | None:
    """Seconds that this 429 or 503 asks for; None: none, or a date that nothing dates."""
    if response is None or response.status not in (429, 503):
        return None
    value = response.value("Retry-After").strip()
    if value.isascii() and value.isdigit():
        return int(value)
    until, now = _seconds(value), _seconds(response.value("Date"))
    return None if until is None or now is None else max(0, until - now - 1)


def _seconds(date: str) -> int | None:
    """An HTTP date (RFC 9110 5.6.7, always GMT, exact to a second) in seconds since 1970."""
    try:
        read = parsedate(date)
        return timegm(read) if read else None
    except ValueError:
        return None


ONE, TWO = sent({"Cookie": COOKIES}), sent({"Cookie": "arena-auth-prod-v1=auth-2"})
DATES = {
    "Date": "Sun, 06 Nov 1994 08:49:37 GMT",
    "Retry-After": "Sun, 06 Nov 1994 08:51:37 GMT",
}

HOLDS = trial(call((ONE, got(429, {"Retry-After": "120"})), gets=got(429)))
HOLDS_ROTATED = trial(call((ONE, got(429, {"Retry-After": "120"})), TWO))
HOLDS_WAITED = trial(call((ONE, got(503, DATES, at=3)), sent({"Cookie": COOKIES}, at=123)))
BREAKS = trial(call((ONE, got(429, {"Retry-After": "120"})), ONE))
BREAKS_DATE = trial(call((ONE, got(503, DATES)), TWO))
