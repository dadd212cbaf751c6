"""End-to-end request headers reach the upstream unchanged, with stream=true and stream=false alike.

Canaries are fields for tracing, beta switches, Last-Event-ID, idempotency keys. Fields that the
proxy adds are no violation; what it may rewrite (Host, Via, Forwarded, codings it takes) and what
other contracts judge (User-Agent, Accept) is left out.

Basis: RFC 9110 7.6.
Broken in: headroomlabs-ai/headroom#1783 (lost on streams only), modelcontextprotocol/inspector#723
(Last-Event-ID lost), lemonade-sdk/lemonade#3223 (anthropic-beta lost), mnfst/llm-gateway#2910,
maximhq/bifrost#2411 (denied beta values still sent).
"""

import re
from collections.abc import Iterator

from contracts.fields import end_to_end, same
from contracts.message import Message
from contracts.needs import UPSTREAM_REQUEST
from contracts.record import Ask
from contracts.testing import call, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, contract


@contract("MUST", applies="transparent", needs=(UPSTREAM_REQUEST,))
def request_forwarded(trace: Trace) -> Iterator[Finding]:
    told = set()
    for asked, made, stream in _pairs(trace):
        for name in end_to_end(asked):
            if name not in told and not _arrived(name, asked, made):
                told.add(name)
                why = f"in a request with stream={str(stream).lower()}"
                yield Finding(made, asked.values(name), made.values(name), why, name)


def _pairs(trace: Trace) -> Iterator[tuple[Message, Message, bool]]:
    for one in trace.chats():
        for attempt in one.attempts:
            if one.ingress:
                yield one.ingress.request, attempt.egress.request, one.ask.stream


def _arrived(name: str, asked: Message, made: Message) -> bool:
    if name == "cookie":
        return _crumbs(asked) == _crumbs(made)
    return same(asked.values(name), made.values(name))


def _crumbs(request: Message) -> list[str]:
    """Cookie pairs, however they were joined: headers.repeated_fields_separate judges that."""
    return [c.strip() for line in request.values("Cookie") for c in re.split("[;,]", line) if c]


_CANARIES = {"X-Trace": "canary-1", "Last-Event-ID": "7", "Cookie": "a=1; b=2"}
_PLAIN = Ask(stream=False, stream_flag="false")
HOLDS = trial(
    call(
        sent({"x-trace": "canary-1", "last-event-id": "7", "Cookie": "a=1; b=2", "Via": "1.1 p"}),
        asks=sent({**_CANARIES, "Host": "a", "Connection": "X-Hop", "X-Hop": "1"}),
    ),
    call(sent({"X-List": "a, b"}), asks=sent([("X-List", "a"), ("X-List", "b")]), ask=_PLAIN),
    dialect="transparent",
)
BREAKS = trial(
    call(sent(_CANARIES), asks=sent(_CANARIES), ask=_PLAIN),
    call(sent({"X-Trace": "canary-1", "Cookie": "a=1; b=2"}), asks=sent(_CANARIES)),
    dialect="transparent",
)
BREAKS_BY_CHANGE = trial(
    call(sent({"X-Trace": "CANARY-1"}), asks=sent({"X-Trace": "canary-1"})), dialect="transparent"
)
