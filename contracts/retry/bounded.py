"""The number of upstream attempts per client request has one declared bound; POSTs are not
replayed blindly and layers do not multiply.

Basis: the streaming 403 (docs/streaming-403.md): three attempts, no more.
Broken in: mpfaffenberger/code_puppy#317 (45 requests for one 429), BerriAI/litellm-docs#734
((1+N)^2 possible), headroomlabs-ai/headroom#1329 (parallel agents all abort on one 429),
tombii/better-ccflare#465 (possible double billing), apache/apisix#11359 (POST answered 200 by a
second node after a 502)
"""

from collections.abc import Iterator
from itertools import pairwise

from contracts.needs import UPSTREAM_REQUEST
from contracts.record import Declares
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, contract

MAY_ACT_TWICE = ("POST", "PATCH")  # not idempotent (RFC 9110 9.2.2)


@contract("MUST", needs=(UPSTREAM_REQUEST,))
def bounded(trace: Trace) -> Iterator[Finding]:
    most = trace.declares.max_attempts
    for one in trace.chats():
        if len(one.attempts) > most:
            beyond = one.attempts[most].egress.request
            yield Finding(beyond, f"at most {most} upstream requests", len(one.attempts))
        if not trace.bridge:
            yield from _replayed(one)


def _replayed(one: Exchange) -> Iterator[Finding]:
    """A proxy that knows nothing of the dialect cannot know that the first one did not act."""
    for before, again in pairwise(one.attempts):
        request = again.egress.request
        if before.egress.status >= 500 and request.method in MAY_ACT_TWICE:
            answered = f"a second one after status {before.egress.status}"
            yield Finding(request, f"one {request.method} upstream", answered)


HOLDS = trial(call((sent(), got(401)), (sent(), got(401)), sent()))
BREAKS = trial(call(sent(), sent(), sent(), sent()))
BREAKS_REPLAY = trial(
    call((sent(), got(502)), sent()), dialect="transparent", declares=Declares(max_attempts=2)
)
