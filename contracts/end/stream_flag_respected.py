"""stream=false or omitted gives one JSON body, stream=true an event stream.

Whatever form the upstream answered in. Judged where the upstream's answer was good: complete,
with content and its end, with no error in it and nothing unreadable. A 504 is a matter of time
limits.

Basis: provider protocols.
Broken in: gumieri/nenya#17 (JSON and data lines in one body), BYK/loreai#605,
diegosouzapw/OmniRoute#3108 (JSON to streaming clients), quangdang46/openproxy#306.
"""

from collections.abc import Iterator

from contracts.answers import answers, as_offered, flawless
from contracts.message import Message
from contracts.needs import events
from contracts.record import Ask
from contracts.testing import EVENTS, PIECES, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

STREAM = "text/event-stream"


@contract(
    "MUST",
    applies="bridge",
    needs=(Need("a good upstream answer handed to the client", lambda trace: any(_good(trace))),),
    after=("headers.content_encoding_true",),
)
def stream_flag_respected(trace: Trace) -> Iterator[Finding]:
    for one, went in _good(trace):
        wanted = "200, an event stream" if one.ask.stream else "200, one JSON object"
        if not (_is_stream(went) if one.ask.stream else _is_json(went)):
            actual = f"{went.status} {went.media_type}: {went.text[:80]}"
            yield Finding(went, wanted, actual, f"asked with stream {one.ask.stream_flag}")


def _good(trace: Trace) -> Iterator[tuple[Exchange, Message]]:
    for one, came, went in answers(trace):
        readable = one.egress is not None and as_offered(one.egress.request, came)
        if went.status != 504 and readable and flawless(came):
            yield one, went


def _is_stream(went: Message) -> bool:
    typed = went.status == 200 and went.media_type == STREAM
    return typed and (not went.complete or bool(events(went)))


def _is_json(went: Message) -> bool:
    typed = went.status == 200 and went.media_type != STREAM
    return typed and (not went.complete or isinstance(went.json(), dict))


_SSE, _JSON = {"Content-Type": STREAM}, {"Content-Type": "application/json"}
_CAME = (sent(), got(200, {}, PIECES))
_PLAIN, _OMITTED = Ask(False, stream_flag="false"), Ask(False, stream_flag="omitted")
_BODY = {"choices": [{"message": {"content": "~abcdef-0~ one~abcdef-1~ two"}}]}
HOLDS = trial(
    call(_CAME, gets=got(200, _SSE, EVENTS)),
    call(_CAME, gets=got(200, _JSON, _BODY), ask=_OMITTED),
    call(_CAME, gets=got(200, _SSE, b"", cut=True)),
)
BREAKS = trial(call(_CAME, gets=got(200, _SSE, EVENTS), ask=_PLAIN))
BREAKS_STREAM = trial(call(_CAME, gets=got(200, _JSON, _BODY)))
BREAKS_BOTH = trial(call(_CAME, gets=got(200, _JSON, b"{}\n" + EVENTS), ask=_PLAIN))
BREAKS_WITH_ERROR = trial(call(_CAME, gets=got(500, _JSON, {"error": {"message": "no"}})))
