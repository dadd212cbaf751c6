"""text/event-stream is sent if and only if the body is an event stream; nothing is relabelled.

A transparent proxy is judged relative to egress: the media type that came goes on, parameters
aside. A bridge never sends an HTML page as JSON or as data of a stream; a JSON error that quotes
the page is true to its type.

Basis: RFC 9110 8.3.
Broken in: shuv1337/oc-web#143, smithy-lang/smithy-java#1244 (stream typed as JSON),
FlowiseAI/FlowiseChatEmbed#274, Wei-Shaw/sub2api#2826 (stream where JSON was said).
"""

import re
from collections.abc import Iterator

from contracts.message import Message
from contracts.needs import error_of, events
from contracts.testing import EVENTS, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

STREAM = "text/event-stream"
_PAGE = re.compile(rb"<!doctype html|<html", re.IGNORECASE)
_STREAM_LINE = re.compile(rb"(?:^|[\r\n])(?:data|event|id|retry|):")


@contract(
    "MUST",
    needs=(Need("an answer with a body", lambda trace: any(_answers(trace))),),
    after=("headers.content_encoding_true",),
)
def content_type_true(trace: Trace) -> Iterator[Finding]:
    for came, went in _answers(trace):
        wanted = _true_type(came, went) if trace.bridge else came.media_type if came else ""
        if wanted and wanted != went.media_type:
            said, begins = went.media_type or "no type", went.text[:60]
            yield Finding(went, wanted, said, f"for a body that begins {begins!r}", "Content-Type")


def _answers(trace: Trace) -> Iterator[tuple[Message | None, Message]]:
    """What came from the last attempt and what went on; for a transparent proxy one whole answer
    (how much of a broken one goes on is the network's chance).
    """
    for one in trace.chats():
        came, went = one.egress.response if one.egress else None, one.response
        if not went or not went.content:
            continue
        whole = went.complete and came and came.body and came.status == went.status
        if trace.bridge or whole:
            yield came, went


def _true_type(came: Message | None, went: Message) -> str:
    """The type that a bridge should have given; empty: it cannot be told."""
    content = (went.content or b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if came and _is_page(came) and _PAGE.search(content) and not error_of(went):
        return "text/html"
    if content.startswith((b"<", b"{")):
        return _by_first_byte(content, went)
    if content.startswith(b"data:") and events(went):
        return STREAM
    wrong = went.complete and went.media_type == STREAM and not _STREAM_LINE.search(content)
    return "text/plain" if wrong else ""


def _is_page(came: Message) -> bool:
    return came.media_type == "text/html" or bool(_PAGE.match((came.content or b"").lstrip()))


def _by_first_byte(content: bytes, went: Message) -> str:
    if content.startswith(b"{"):
        broken = went.complete and went.media_type == "application/json" and went.json() is None
        return "text/plain" if broken else "application/json" if went.media_type == STREAM else ""
    return "text/html" if went.media_type in (STREAM, "application/json") else ""


_SSE, _JSON = {"Content-Type": STREAM}, {"Content-Type": "application/json; charset=utf-8"}
_HTML = {"Content-Type": "text/html"}
_CHALLENGE = (sent(), got(403, _HTML, b"<!DOCTYPE html><html>Just a moment"))
_QUOTED = {"error": {"message": "upstream said <html>Just a moment"}}
HOLDS = trial(
    call(sent(), gets=got(200, {"Content-Type": "Text/Event-Stream; charset=utf-8"}, EVENTS)),
    call(sent(), gets=got(200, _SSE, b": keep-alive\n")),
    call(_CHALLENGE, gets=got(403, _JSON, _QUOTED)),
)
HOLDS_TRANSPARENT = trial(
    call((sent(), got(200, _SSE, EVENTS)), gets=got(200, _SSE, EVENTS)), dialect="transparent"
)
BREAKS = trial(call(sent(), gets=got(200, _JSON, EVENTS)))
BREAKS_JSON = trial(call(sent(), gets=got(200, _SSE, _QUOTED)))
BREAKS_HTML = trial(call(_CHALLENGE, gets=got(200, _SSE, b"data: <html>Just a moment\n\n")))
BREAKS_BOTH = trial(call(sent(), gets=got(200, _JSON, b"{}\n" + EVENTS)))
BREAKS_TRANSPARENT = trial(
    call((sent(), got(200, _SSE, EVENTS)), gets=got(200, _HTML, EVENTS)), dialect="transparent"
)
