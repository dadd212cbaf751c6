"""A 200 stream without any event or content is an error to the client.

Empty is a body of nothing, of comments, or of the mere end of a stream; an end by a length limit
or a content filter explains itself and is not judged. Neither is an answer broken off: that shows.

Basis: provider protocols.
Broken in: decolua/9router#3051 (0 bytes logged as a success), Wei-Shaw/sub2api#5415,
apache/apisix#13870 (client gets nothing at all).
"""

import re
from collections.abc import Iterator

from contracts.answers import answers
from contracts.message import Message
from contracts.needs import error_of
from contracts.record import Ask
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

STREAM = "text/event-stream"
_NOTHING = re.compile(rb'\s*(?::.*|data: ?\[DONE\]|ad:\{("finishReason": ?"stop")?\})?\s*')


@contract(
    "MUST",
    applies="bridge",
    needs=(Need("an empty upstream stream, answered", lambda trace: any(_empty(trace))),),
)
def empty_stream_is_error(trace: Trace) -> Iterator[Finding]:
    for one, went in _empty(trace):
        in_band = one.ask.stream and went.media_type == STREAM
        if not (error_of(went) and (went.status >= 400 or in_band)):
            actual = f"{went.status} {went.media_type}: {went.text[:80]}"
            yield Finding(went, "an error status or an error event", actual)


def _empty(trace: Trace) -> Iterator[tuple[Exchange, Message]]:
    for one, came, went in answers(trace):
        if went.complete and _says_nothing(came):
            yield one, went


def _says_nothing(came: Message) -> bool:
    if came.status != 200 or not came.complete or came.content is None:
        return False
    return all(_NOTHING.fullmatch(line) for line in came.content.split(b"\n"))


_SSE = {"Content-Type": STREAM}
_ERROR = {"error": {"message": "the upstream sent an empty answer"}}
_FRAMED = b'data: {"error": {"message": "empty answer"}}\n\ndata: [DONE]\n\n'
_SILENT, _ENDED = (sent(), got(200)), (sent(), got(200, {}, b'ad:{"finishReason":"stop"}\n'))
_PLAIN = Ask(stream=False, stream_flag="false")
HOLDS = trial(call(_SILENT, gets=got(502, {}, _ERROR)), call(_ENDED, gets=got(200, _SSE, _FRAMED)))
BREAKS = trial(call(_SILENT, gets=got(200, _SSE, b"data: [DONE]\n\n")))
BREAKS_AT_END = trial(call(_ENDED, gets=got(200, _SSE)))
BREAKS_ON_PLAIN = trial(call(_SILENT, gets=got(200, {}, _ERROR), ask=_PLAIN))
