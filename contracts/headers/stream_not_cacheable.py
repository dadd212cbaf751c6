"""A streaming response is marked so that no cache or optimiser on the way keeps or transforms it.

Cache-Control says no-store, no-cache or no-transform, by the upstream's own field handed on or by
the proxy's. A transparent proxy owes only what the upstream said.

Basis: HTML 9.2.7; RFC 9111 5.2.
"""

from collections.abc import Iterator

from contracts.fields import elements
from contracts.message import Message
from contracts.testing import EVENTS, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

MARKS = {"no-store", "no-cache", "no-transform"}


@contract(
    "SHOULD",
    needs=(
        Need(
            "a streaming response that should be marked",
            lambda trace: any(_streams(trace)),
        ),
    ),
    after=("end.content_type_true",),
)
def stream_not_cacheable(trace: Trace) -> Iterator[Finding]:
    for response in _streams(trace):
        if not _marked(response):
            said = response.value("Cache-Control")
            yield Finding(response, " or ".join(sorted(MARKS)), said, header="Cache-Control")


def _streams(trace: Trace) -> Iterator[Message]:
    for one in trace.chats():
        went, came = one.response, one.egress.response if one.egress else None
        owed = trace.bridge or (came is not None and _marked(came))
        streaming = went and went.status == 200 and went.media_type == "text/event-stream"
        if one.ask.stream and owed and went and streaming:
            yield went


def _marked(response: Message) -> bool:
    said = elements(response.values("Cache-Control"))
    return any(one.partition("=")[0].lower() in MARKS for one in said)


_STREAM = {"Content-Type": "text/event-stream"}
_MARKED = {**_STREAM, "Cache-Control": "private, No-Cache"}
HOLDS = trial(call(sent(), gets=got(200, _MARKED, EVENTS)))
BREAKS = trial(call(sent(), gets=got(200, _STREAM, EVENTS)))
BREAKS_TRANSPARENT = trial(
    call((sent(), got(200, _MARKED, EVENTS)), gets=got(200, _STREAM, EVENTS)),
    dialect="transparent",
)
