"""An upstream error before the first event reaches the client as an error, on plain requests too.

Transparent: status and body arrive unchanged. Bridge: an error status with a JSON error, or, where
a 200 event stream was begun before the upstream's status was known, an error event in it. Which
status a bridge chooses is judged by retry.exhausted_reports_upstream.

Basis: RFC 9110 15; the streaming 403 (docs/streaming-403.md): clear errors.
Broken in: QuantumNous/new-api#1178 (error shown as an empty reply), QuantumNous/new-api#3142,
dotnet/yarp#2662 (400 for 504), MiXaiLL76/auto_ai_router#149 (200 for errors).
"""

from collections.abc import Iterator

from contracts.answers import last_word
from contracts.message import Message
from contracts.needs import error_of
from contracts.record import Ask
from contracts.testing import EVENTS, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    needs=(Need("an upstream error told to the client", lambda trace: any(_refused(trace))),),
    after=("headers.content_encoding_true",),
)
def error_keeps_status(trace: Trace) -> Iterator[Finding]:
    for one, came, went in _refused(trace):
        if went is None:
            yield Finding(last_word(one), came.status, "no answer")
        elif trace.bridge:
            yield from _as_an_error(one, came, went)
        else:
            yield from _unchanged(came, went)


def _refused(trace: Trace) -> Iterator[tuple[Exchange, Message, Message | None]]:
    """Exchanges whose last attempt was refused, with both answers; clients that left are out."""
    for one in trace.chats():
        came, went = one.egress.response if one.egress else None, one.response
        waited = one.ask.gave_up is not None or (went is not None and went.complete)
        if came and came.status >= 400 and waited:
            yield one, came, went


def _unchanged(came: Message, went: Message) -> Iterator[Finding]:
    if went.status != came.status:
        yield Finding(went, came.status, went.status, "the status was changed")
    elif came.complete and went.complete and _body(went) != _body(came):
        yield Finding(went, _body(came), _body(went), "the body of the error was changed")


def _body(message: Message) -> bytes:
    return message.body if message.content is None else message.content


def _as_an_error(one: Exchange, came: Message, went: Message) -> Iterator[Finding]:
    framed = one.ask.stream and went.status == 200 and went.media_type == "text/event-stream"
    if went.status < 400 and not (framed and error_of(went)):
        actual = f"{went.status} {went.media_type}: {went.text[:80]}"
        yield Finding(went, f"an error, as upstream's {came.status}", actual)
    elif went.status >= 400 and error_of(went) is None:
        yield Finding(went, "a JSON error object", went.text[:80], f"with status {went.status}")


_ERROR = {"error": {"message": "upstream is down", "type": "upstream_error"}}
_STREAM = {"Content-Type": "text/event-stream"}
_FRAMED = b'data: {"error": {"message": "upstream is down"}}\n\ndata: [DONE]\n\n'
_PLAIN = Ask(stream=False, stream_flag="omitted")
_DOWN = (sent(), got(500, {}, b"down"))
HOLDS = trial(call(_DOWN, gets=got(502, {}, _ERROR)), call(_DOWN, gets=got(200, _STREAM, _FRAMED)))
HOLDS_TRANSPARENT = trial(call(_DOWN, gets=got(500, {}, b"down")), dialect="transparent")
BREAKS = trial(call(_DOWN, gets=got(200, _STREAM, b"data: [DONE]\n\n")))
BREAKS_ON_PLAIN = trial(call(_DOWN, gets=got(200, {}, _ERROR), ask=_PLAIN))
BREAKS_WITHOUT_JSON = trial(call(_DOWN, gets=got(500, {}, b"Internal Server Error")))
BREAKS_TRANSPARENT = trial(call(_DOWN, gets=got(502, {}, b"down")), dialect="transparent")
BREAKS_BODY = trial(call(_DOWN, gets=got(500, {}, EVENTS)), dialect="transparent")
