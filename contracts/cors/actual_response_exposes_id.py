"""When the upstream's response exposed the session header (or the target declares its own CORS),
the actual response to a cross-origin client does so too: on a streaming 200 and on errors, not only
on the preflight.

The service exposes the id wherever it issues one to a client of another origin. Of the target the
answers are judged that keep their status.

Basis: Fetch standard, CORS-safelisted response headers; the streaming session id
(docs/streaming-session-id.md), CORS.
Broken in: apify/apify-mcp-server#540 (browser cannot read the id),
modelcontextprotocol/python-sdk#1135 ("Missing session ID" only in browsers), yazon/flexllama#30
(streams blocked though preflight passes), NousResearch/hermes-agent#73268 (preflight and errors
look fine), http4k/http4k#1353 (GET event stream without CORS headers).
"""

from collections.abc import Iterator

from contracts.fields import ALLOW_ORIGIN, EXPOSE_HEADERS, SESSION_ID, allows, exposes
from contracts.message import Message
from contracts.pairs import own_answers
from contracts.record import Declares
from contracts.session_examples import (
    CORS,
    EVENTS,
    ID,
    JSON,
    MISMATCH,
    ORIGIN,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import Call, Part, got
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="both",
    needs=(
        Need(
            "a cross-origin answer that issues or exposes the id",
            lambda trace: any(_issuing(trace)) or any(_owing(trace)),
        ),
    ),
)
def actual_response_exposes_id(trace: Trace) -> Iterator[Finding]:
    for origin, answer in (*_issuing(trace), *_owing(trace)):
        if not allows(answer, origin):
            said = answer.values(ALLOW_ORIGIN) or "no origin"
            yield Finding(answer, f"allowing {origin}", said, header=ALLOW_ORIGIN)
        elif not exposes(answer, SESSION_ID, origin):
            said = answer.values(EXPOSE_HEADERS)
            yield Finding(answer, f"exposing {SESSION_ID}", said, header=EXPOSE_HEADERS)


def _issuing(trace: Trace) -> Iterator[tuple[str, Message]]:
    """The service's answers that give a client of another origin an id."""
    for one in trace.chats():
        for attempt in one.attempts:
            wire = attempt.upstream
            origin = wire.request.value("Origin") if wire else ""
            answer = wire.response if wire and origin else None
            if answer and answer.values(SESSION_ID):
                yield origin, answer


def _owing(trace: Trace) -> Iterator[tuple[str, Message]]:
    """The target's answers that have to expose the id."""
    for one, came, went in own_answers(trace):
        origin = one.ingress.request.value("Origin") if one.ingress else ""
        own = trace.declares.own_cors and bool(came.values(SESSION_ID))
        owed = own or exposes(came, SESSION_ID, origin)
        if origin and owed and came.status == went.status:
            yield origin, went


_EXPOSED = {**EVENTS, SESSION_ID: ID, **CORS}
_HIDDEN = {**EVENTS, SESSION_ID: ID, ALLOW_ORIGIN: "*"}
_ERROR = got(400, {**JSON, **CORS}, MISMATCH)


def _stream(came: Part, gets: Part | None = None) -> Call:
    return stream(fields=ORIGIN, answer=came, gets=gets)


_CAME = got(200, _EXPOSED, saying("one"))
HOLDS = talk(_stream(_CAME), update("", fields=ORIGIN, answer=_ERROR))
HOLDS_AT_HOME = talk(stream("one"), _stream(_CAME))
HOLDS_ITSELF = talk(
    _stream(_CAME, got(200, {**_HIDDEN, EXPOSE_HEADERS: f"ETag, {SESSION_ID.lower()}"})),
    declares=Declares(own_cors=True),
)
BREAKS = talk(_stream(_CAME, got(200, _HIDDEN, saying("one"))))
BREAKS_ORIGIN = talk(_stream(_CAME, got(200, {**EVENTS, EXPOSE_HEADERS: SESSION_ID})))
BREAKS_OTHER_ORIGIN = talk(
    _stream(_CAME, got(200, {**_EXPOSED, ALLOW_ORIGIN: "http://localhost:3000"}))
)
BREAKS_ON_ERRORS = talk(
    _stream(_CAME), update("", fields=ORIGIN, answer=_ERROR, gets=got(400, JSON, MISMATCH))
)
BREAKS_SERVICE = talk(_stream(got(200, _HIDDEN, saying("one"))))
