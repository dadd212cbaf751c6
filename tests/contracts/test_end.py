"""What the contracts about endings must not convict, and what they must not overlook."""

import pytest

from contracts.judge import judge
from contracts.record import Ask
from contracts.testing import EVENTS, PIECES, Part, call, got, sent, trial
from contracts.trace import Trace

SSE, JSON = {"Content-Type": "text/event-stream"}, {"Content-Type": "application/json"}
ERROR = {"error": {"message": "no"}}
PAGE = b"<html>Just a moment"
PLAIN = Ask(stream=False, stream_flag="false")
LEFT = Ask(stream=True, gave_up=9.0)


def bridge(came: bytes, gets: Part, status: int = 200, ask: Ask | None = None) -> Trace:
    return trial(call((sent(), got(status, {}, came)), gets=gets, ask=ask))


def refused_request(answer: Part) -> Trace:
    return trial(call(gets=answer, ask=Ask(stream=True, intent="bad_request")))


def passed(came: Part, went: Part) -> Trace:
    return trial(call((sent(), came), gets=went), dialect="transparent")


CASES = [
    ("error_keeps_status", "untestable", bridge(PIECES, got(200, SSE, EVENTS))),
    ("error_keeps_status", "untestable", bridge(b"", got(200, SSE, cut=True), 500)),
    ("error_keeps_status", "fail", bridge(b"", got(200, SSE, cut=True), 500, LEFT)),
    ("error_keeps_status", "fail", bridge(b"", got(200, SSE, EVENTS), 403)),
    ("error_keeps_status", "fail", passed(got(504), got(400))),
    ("error_keeps_status", "pass", passed(got(500, {}, b"ab", cut=True), got(500, {}, b"a"))),
    ("content_type_true", "pass", bridge(b'a0:"<html>"\n', got(200, SSE, b"data: <html>\n\n"))),
    ("content_type_true", "fail", bridge(PAGE, got(200, JSON, {"choices": [PAGE.decode()]}))),
    ("content_type_true", "fail", bridge(PAGE, got(200, SSE, PAGE))),
    ("content_type_true", "pass", bridge(PIECES, got(200, SSE, b"id: 1\rdata: x\r\r"))),
    ("content_type_true", "fail", bridge(PIECES, got(200, SSE, b"Internal Server Error"))),
    ("content_type_true", "untestable", bridge(PIECES, got(204))),
    ("content_type_true", "pass", passed(got(200, JSON, EVENTS), got(200, JSON, EVENTS))),
    ("content_type_true", "untestable", passed(got(200, JSON, b"{}"), got(502, SSE, b"{}"))),
    ("stream_flag_respected", "untestable", bridge(b'a0:"cut~abcdef-0~', got(502, JSON, ERROR))),
    ("stream_flag_respected", "untestable", bridge(PIECES + b"zz:{\n", got(502, JSON, ERROR))),
    ("stream_flag_respected", "untestable", bridge(b'a3:"no"\n' + PIECES, got(502, JSON, ERROR))),
    ("stream_flag_respected", "untestable", bridge(PIECES, got(504, JSON, ERROR))),
    ("stream_flag_respected", "fail", bridge(PIECES, got(502, JSON, ERROR), ask=PLAIN)),
    ("stream_flag_respected", "fail", bridge(PIECES, got(200, SSE, b""))),
    ("empty_stream_is_error", "untestable", bridge(PIECES, got(200, SSE, EVENTS))),
    ("empty_stream_is_error", "untestable", bridge(b'a3:"no"\n', got(200, SSE))),
    ("empty_stream_is_error", "untestable", bridge(PAGE, got(200, SSE))),
    (
        "empty_stream_is_error",
        "untestable",
        bridge(b'ad:{"finishReason":"content-filter"}\n', got(200, SSE)),
    ),
    ("empty_stream_is_error", "fail", bridge(b": hi\n\ndata: [DONE]\n\n", got(502, JSON, b"no"))),
    ("bad_request_refused", "pass", refused_request(got(413, JSON, ERROR))),
    ("bad_request_refused", "fail", refused_request(got(200, SSE, EVENTS))),
    ("bad_request_refused", "fail", refused_request(got(401, JSON, ERROR))),
    (
        "bad_request_refused",
        "fail",
        refused_request(got(400, JSON, {"error": {"message": 'File "/a.py", line 1'}})),
    ),
]


@pytest.mark.parametrize(("name", "outcome", "trace"), CASES)
def test_verdict(name: str, outcome: str, trace: Trace) -> None:
    (verdict,) = judge(trace, [f"end.{name}"])
    assert verdict.outcome == outcome, (verdict.reason, verdict.findings)
