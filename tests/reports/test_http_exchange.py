"""The exchange attachment holds what the viewer reads, in the viewer's words."""

import json
from typing import Any

import pytest

from reports.http_exchange import http_exchange

REQUEST: dict[str, Any] = {
    "method": "POST",
    "target": "/v1/chat?stream=1",
    "http_version": "HTTP/1.1",
    "headers": [["Content-Type", "application/json"], ["X-Twice", "a"], ["X-Twice", "b"]],
    "body": '{"stream": true}',
    "start_ms": 1000,
}
RESPONSE: dict[str, Any] = {
    "status": 200,
    "reason": "OK",
    "headers": [["content-type", "text/event-stream"]],
    "body": "ignored where events are given",
    "size": 31,
    "duration_ms": 41.5,
    "complete": False,
    "events": [
        {"offset_ms": 1.24, "text": "id: 1\ndata: a\n\n"},
        {"offset_ms": 1031.0, "text": "data: b\n\n"},
    ],
}


def shown(*args: Any, **kwargs: Any) -> Any:
    return json.loads(http_exchange(*args, **kwargs))


def test_request_in_the_viewers_words() -> None:
    assert shown(REQUEST, None) == {
        "schemaVersion": 1,
        "start": 1000,
        "request": {
            "method": "POST",
            "url": "/v1/chat?stream=1",
            "httpVersion": "HTTP/1.1",
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "X-Twice", "value": "a"},
                {"name": "X-Twice", "value": "b"},
            ],
            "body": {
                "contentType": "application/json",
                "encoding": "utf8",
                "value": '{"stream": true}',
                "size": 16,
            },
            "trailers": [],
        },
    }


def test_event_stream_has_a_stream_block_and_times_in_the_margin() -> None:
    exchange = shown(REQUEST, RESPONSE)
    assert exchange["stop"] - exchange["start"] == 41.5
    assert exchange["response"]["statusText"] == "OK"
    assert exchange["response"]["body"] == {
        "contentType": "text/event-stream",
        "encoding": "utf8",
        "value": ("      +1.2 ms  id: 1\n               data: a\n   +1031.0 ms  data: b"),
        "size": 31,
        "stream": {"type": "event stream", "complete": False, "chunkCount": 2},
    }


def test_stream_without_an_event_still_has_its_block() -> None:
    body = shown(REQUEST, {**RESPONSE, "body": "", "events": []})["response"]["body"]
    assert (body["stream"]["chunkCount"], body["value"]) == (0, "")


def test_message_without_a_body_has_none() -> None:
    exchange = shown(
        {"method": "GET", "target": "/", "headers": []}, {"status": 204, "headers": []}
    )
    assert "body" not in exchange["request"]
    assert "body" not in exchange["response"]
    assert "stop" not in exchange


def test_interim_responses_trailers_and_error() -> None:
    interim = [{"status": 103, "reason": "Early Hints", "headers": [["Link", "</a>"]]}]
    response = {"status": 200, "headers": [], "trailers": [["T", "1"]], "informational": interim}
    exchange = shown(REQUEST, response, error="cut by the target")
    assert exchange["response"]["trailers"] == [{"name": "T", "value": "1"}]
    assert exchange["response"]["informationalResponses"] == [
        {"status": 103, "statusText": "Early Hints", "headers": [{"name": "Link", "value": "</a>"}]}
    ]
    assert exchange["error"] == {"name": "exchange", "message": "cut by the target"}


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        ("text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("application/problem+json", "application/problem+json"),
        ("application/x-www-form-urlencoded", "text/plain"),
        ("application/octet-stream", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_every_body_is_of_a_type_that_the_viewer_shows(declared: str, named: str) -> None:
    request = {**REQUEST, "headers": [["CONTENT-TYPE", declared]]}
    assert shown(request, None)["request"]["body"]["contentType"] == named


def test_text_is_ascii_even_for_lone_surrogates() -> None:
    text = http_exchange({**REQUEST, "body": "caf\u00e9 \udc80 \u2028"}, None)
    assert text.isascii()
    assert json.loads(text)["request"]["body"]["value"] == "caf\u00e9 \udc80 \u2028"
