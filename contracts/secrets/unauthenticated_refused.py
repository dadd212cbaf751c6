"""A missing, empty, wrong-scheme or unknown credential is refused with 401 and causes no upstream
request.

Basis: RFC 9110 11.
"""

from collections.abc import Iterator

from contracts.record import Ask
from contracts.testing import call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

BAD_CREDENTIAL = Need(
    "a request with a bad credential",
    lambda trace: any(e.ask.intent == "bad_credential" and e.ingress for e in trace.exchanges),
)


@contract("MUST", applies="bridge", needs=(BAD_CREDENTIAL,))
def unauthenticated_refused(trace: Trace) -> Iterator[Finding]:
    for one in trace.exchanges:
        if one.ask.intent != "bad_credential" or one.ingress is None:
            continue
        if one.ingress.status != 401:
            at = one.response or one.ingress.request
            yield Finding(at, 401, one.ingress.status or "no answer")
        for request in one.upstream_requests:
            yield Finding(request, "no upstream request", request.first_line)


BAD = Ask(stream=True, intent="bad_credential")

HOLDS = trial(call(ask=BAD, gets=got(401)))
BREAKS = trial(call(sent(), ask=BAD))
BREAKS_STATUS = trial(call(ask=BAD, gets=got(403)))
BREAKS_UPSTREAM = trial(call(sent(), ask=BAD, gets=got(401)))
