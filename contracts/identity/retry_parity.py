"""The identity headers of a retry (User-Agent, Accept, Content-Type, Cookie names) are those of
the first attempt of the same mode; only the credential may differ.

Basis: the streaming 403 (docs/streaming-403.md): retries have to look alike.
"""

from collections.abc import Iterator

from contracts.message import Message
from contracts.needs import CLEARANCE_COOKIE, RETRY, cookies
from contracts.testing import BROWSER, COOKIES, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, contract

HEADERS = ("User-Agent", "Accept", "Content-Type")


@contract("MUST", applies="bridge", needs=(RETRY,))
def retry_parity(trace: Trace) -> Iterator[Finding]:
    for one in trace.chats():
        requests = [attempt.egress.request for attempt in one.attempts]
        for retry in requests[1:]:
            first, again = _identity(requests[0]), _identity(retry)
            for header in first:
                moved = header == "User-Agent" and _clearance(retry) != _clearance(requests[0])
                if again[header] != first[header] and not moved:
                    why = "the first attempt and its retry differ"
                    yield Finding(retry, first[header], again[header], why, header=header)


def _identity(request: Message) -> dict[str, tuple[str, ...]]:
    names = tuple(sorted(name for name, _ in cookies(request)))
    return {name: request.values(name) for name in HEADERS} | {"Cookie": names}


def _clearance(request: Message) -> str:
    """Another clearance is a credential that brings the User-Agent it was issued for."""
    return dict(cookies(request)).get(CLEARANCE_COOKIE, "")


FIRST = {"User-Agent": BROWSER, "Accept": "text/event-stream", "Cookie": COOKIES}
REFUSED = got(401, {"Content-Type": "application/json"}, {"error": "expired"})

HOLDS = trial(
    call(
        (sent(FIRST), REFUSED),
        sent({**FIRST, "Cookie": "arena-auth-prod-v1=auth-2; cf_clearance=clear-1"}),
    )
)
BREAKS = trial(call((sent(FIRST), REFUSED), sent({**FIRST, "Accept": "*/*"})))
BREAKS_COOKIE = trial(
    call((sent(FIRST), REFUSED), sent({**FIRST, "Cookie": "arena-auth-prod-v1=auth-2"}))
)
