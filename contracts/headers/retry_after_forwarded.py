"""Retry-After and rate-limit headers of an upstream 429 or 503 reach the client, names unchanged.

Streaming or not. A bridge that another credential helped out owes nothing.

Basis: RFC 9110 10.2.3.
Broken in: BerriAI/litellm#21553, api7/aisix#144, METR/hawk#1414 (retry storm),
majiayu000/litellm-rs#833, BerriAI/litellm#41528 (lost on streams only).
"""

from collections.abc import Iterator

from contracts.answers import answers
from contracts.fields import end_to_end, is_rate_limit, same
from contracts.message import Message
from contracts.testing import call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    needs=(
        Need(
            "an upstream 429 or 503 with Retry-After or rate-limit headers, told to the client",
            lambda trace: any(_owed(trace)),
        ),
    ),
)
def retry_after_forwarded(trace: Trace) -> Iterator[Finding]:
    for name, came, went in _owed(trace):
        if not same(came.values(name), went.values(name)):
            yield Finding(went, came.values(name), went.values(name), header=name)


def _owed(trace: Trace) -> Iterator[tuple[str, Message, Message]]:
    for _, came, went in answers(trace):
        if came.status in (429, 503) and went.status >= 400:
            yield from ((n, came, went) for n in end_to_end(came) if is_rate_limit(n))


_LIMITS = {"Retry-After": "120", "x-ratelimit-remaining": "0"}
_REFUSED = (sent(), got(429, _LIMITS))
HOLDS = trial(call(_REFUSED, gets=got(429, {"retry-after": "120", "X-RateLimit-Remaining": "0"})))
BREAKS = trial(call(_REFUSED, gets=got(429, {"X-Upstream-Retry-After": "120"})))
BREAKS_BY_CHANGE = trial(
    call(_REFUSED, gets=got(429, {**_LIMITS, "Retry-After": "1"})), dialect="transparent"
)
