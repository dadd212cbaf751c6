"""A transparent proxy hands the end-to-end response headers on unchanged; a bridge that forwards
them on plain responses does so on streaming responses and on errors.

Canaries are request ids, rate-limit fields, session ids. A bridge that has to begin its stream
before the upstream's head is there cannot, and is not judged there.

Basis: RFC 9110 7.6.
Broken in: headroomlabs-ai/headroom#1100 (lost on streams only), BerriAI/litellm#35089,
api7/aisix#318, Portkey-AI/gateway#1550, Portkey-AI/gateway#166 (lost on errors).
"""

import re
from collections.abc import Iterator

from contracts.answers import answers
from contracts.fields import end_to_end, is_rate_limit, same
from contracts.message import Message
from contracts.record import Ask
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

CANARY = re.compile(r"x-|request-id|ratelimit|openai-|anthropic-")
Owed = tuple[str, Message, Message]  # a name, the upstream's response, the target's


@contract(
    "MUST",
    needs=(
        Need(
            "an answer whose id or rate-limit headers the client is owed",
            lambda trace: any(CANARY.match(name) for name, _, _ in _owed(trace)),
        ),
    ),
)
def response_forwarded(trace: Trace) -> Iterator[Finding]:
    for name, came, went in _owed(trace):
        if not same(came.values(name), went.values(name)):
            yield Finding(went, came.values(name), went.values(name), header=name)


def _owed(trace: Trace) -> Iterator[Owed]:
    given = _given_on_plain(trace) if trace.bridge else frozenset()
    for one, came, went in _answers(trace):
        plain = not one.ask.stream and came.status < 400
        if trace.bridge and (plain or went.head_at < came.head_at):
            continue
        for name in end_to_end(came):
            judged_elsewhere = came.status in (429, 503) and is_rate_limit(name)
            if not judged_elsewhere and (name in given or not trace.bridge):
                yield name, came, went


def _answers(trace: Trace) -> Iterator[tuple[Exchange, Message, Message]]:
    for one, came, went in answers(trace):
        if _handed_on(came.status, went.status, trace.bridge):
            yield one, came, went


def _handed_on(came: int, went: int, bridge: bool) -> bool:
    return came == went or (bridge and came >= 400 and went >= 400)


def _given_on_plain(trace: Trace) -> frozenset[str]:
    return frozenset(
        name
        for one, came, went in _answers(trace)
        if not one.ask.stream and came.status == 200
        for name in end_to_end(came)
        if CANARY.match(name) and came.values(name) == went.values(name)
    )


_PLAIN = Ask(stream=False, stream_flag="false")
_ID, _SERVER = {"X-Request-Id": "req-1"}, {"X-Request-Id": "req-1", "Server": "upstream"}
_GOOD = call((sent(), got(200, _SERVER)), gets=got(200, _ID), ask=_PLAIN)
_ANSWERED, _REFUSED = (sent(), got(200, _SERVER)), (sent(), got(500, _SERVER))
HOLDS = trial(_GOOD, call(_ANSWERED, gets=got(200, _ID)), call(_REFUSED, gets=got(502, _ID)))
HOLDS_TRANSPARENT = trial(call(_ANSWERED, gets=got(200, _ID)), dialect="transparent")
BREAKS = trial(_GOOD, call(_ANSWERED, gets=got(200)))
BREAKS_ON_ERRORS = trial(_GOOD, call(_REFUSED, gets=got(500)))
BREAKS_TRANSPARENT = trial(call(_ANSWERED, gets=got(200)), dialect="transparent")
