"""Ids that the upstream demands to be unique per request (message ids) differ between attempts
and between requests; an idempotency key stays the same over the attempts of one request.

Basis: upstream protocols reject reused ids.
"""

from collections.abc import Iterator

from contracts.message import Message
from contracts.testing import call, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

UNIQUE = ("id", "userMessageId", "modelAMessageId")
KEY = "Idempotency-Key"
TWO_WITH_IDS = Need(
    "two upstream requests with ids of their own, or a retry with an idempotency key",
    lambda trace: (
        sum(bool(ids(trace, r)) for r in _requests(trace)) > 1
        or any(_keys(one) for one in trace.chats() if len(one.attempts) > 1)
    ),
)


@contract("MUST", applies="bridge", needs=(TWO_WITH_IDS,))
def fresh_ids(trace: Trace) -> Iterator[Finding]:
    told: dict[str, str] = {}
    for request in _requests(trace):
        for name, value in ids(trace, request):
            if value in told:
                why = f"sent before as {told[value]}"
                yield Finding(request, f"a new {name}", value, why)
            told.setdefault(value, name)
    for one in trace.chats():
        if len(_keys(one)) > 1:
            last = one.attempts[-1].egress.request
            expected = "one idempotency key over all attempts"
            yield Finding(last, expected, sorted(_keys(one)), header=KEY)


def ids(trace: Trace, request: Message) -> tuple[tuple[str, str], ...]:
    """The ids of an arena request that must be new; a conversation's id is named in the path."""
    body = request.json() if trace.record.dialect == "arena" else None
    found = [(name, body.get(name)) for name in UNIQUE] if isinstance(body, dict) else []
    new = [
        (name, v) for name, v in found if isinstance(v, str) and v not in request.target.split("/")
    ]
    return tuple(pair for pair in new if pair[1])


def _requests(trace: Trace) -> tuple[Message, ...]:
    return tuple(a.egress.request for one in trace.chats() for a in one.attempts)


def _keys(one: Exchange) -> set[str]:
    """The idempotency keys over all attempts; `absent` where one lacks it and another does not."""
    keys = [attempt.egress.request.value(KEY) for attempt in one.attempts]
    return {key or "absent" for key in keys} if any(keys) else set()


def _ids(*values: str) -> dict[str, str]:
    return dict(zip(UNIQUE, values, strict=True))


FOLLOW_UP = "POST /nextjs-api/stream/post-to-evaluation/a HTTP/1.1"

HOLDS = trial(call(sent((), _ids("a", "b", "c")), sent((), _ids("d", "e", "f"))))
HOLDS_FOLLOW_UP = trial(
    call(sent((), _ids("a", "b", "c"))), call(sent((), _ids("a", "d", "e"), line=FOLLOW_UP))
)
HOLDS_KEY = trial(call(sent({KEY: "k"}), sent({KEY: "k"})), dialect="openai")
BREAKS = trial(call(sent((), _ids("a", "b", "c")), sent((), _ids("d", "b", "f"))))
BREAKS_REQUESTS = trial(call(sent((), _ids("a", "b", "c"))), call(sent((), _ids("a", "e", "f"))))
BREAKS_KEY = trial(call(sent({KEY: "k"}), sent({KEY: "l"})), dialect="openai")
