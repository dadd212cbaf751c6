"""A malformed client request gets a 4xx in the protocol's error envelope that tells no internals.

Bad JSON, missing or null members, wrong types, an unknown model, oversize: none of them causes an
upstream request, and no exception name or traceback is in the answer.

Basis: RFC 9110 15.5; provider protocols.
"""

import re
from collections.abc import Iterator

from contracts.answers import last_word
from contracts.message import Message
from contracts.needs import error_of
from contracts.record import Ask
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

NOT_ABOUT_THE_REQUEST = (401, 403, 429)
_INTERNALS = re.compile(
    r"Traceback|\b[A-Z]\w*(?:Error|Exception)\b|\bException\b|File \\?\"|NoneType"
    r"|object has no attribute|\.py\b|node_modules"
)


@contract(
    "MUST",
    applies="bridge",
    needs=(Need("a malformed client request, answered", lambda trace: any(_malformed(trace))),),
)
def bad_request_refused(trace: Trace) -> Iterator[Finding]:
    for one, went in _malformed(trace):
        for request in one.upstream_requests:
            yield Finding(request, "no upstream request", request.first_line)
        if went is None:
            yield Finding(last_word(one), "a 4xx", "no answer")
        else:
            yield from _judge_answer(went)


def _malformed(trace: Trace) -> Iterator[tuple[Exchange, Message | None]]:
    for one in trace.exchanges:
        answered = one.response is not None or one.ask.gave_up is not None
        if one.ask.intent == "bad_request" and one.ingress and answered:
            yield one, one.response


def _judge_answer(went: Message) -> Iterator[Finding]:
    if not 400 <= went.status < 500 or went.status in NOT_ABOUT_THE_REQUEST:
        yield Finding(went, "a 4xx that blames the request", went.status)
    elif error_of(went) is None:
        yield Finding(went, "an error object", went.text[:80], "the envelope is another")
    told = _INTERNALS.search(went.text)
    if told:
        yield Finding(went, "no internals", told[0], went.text[:200])


_BAD = Ask(stream=True, intent="bad_request")
_ERROR = {"error": {"message": "messages must be a list", "type": "invalid_request_error"}}
_LEAK = {"error": {"message": "TypeError: 'NoneType' object is not iterable"}}
HOLDS = trial(call(gets=got(400, {}, _ERROR), ask=_BAD))
BREAKS = trial(call(gets=got(500, {}, _ERROR), ask=_BAD))
BREAKS_ENVELOPE = trial(call(gets=got(422, {}, {"detail": []}), ask=_BAD))
BREAKS_BY_INTERNALS = trial(call(gets=got(400, {}, _LEAK), ask=_BAD))
BREAKS_BY_ASKING = trial(call(sent(), gets=got(400, {}, _ERROR), ask=_BAD))
