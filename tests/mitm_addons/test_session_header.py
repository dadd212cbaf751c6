"""The ready-made kinds that make a session id, or the CORS fields around it, useless."""

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.mitm_addons.flows import REQUEST, Pairs, a_flow, response_of

ID = b"X-Streaming-Session-Id"
ISSUED = b"stream-1700000000000-aaaaaaaa"
FOREIGN = b"stream-1700000000000-0f0f0f0f"
MEDIA = (b"Content-Type", b"text/event-stream; charset=utf-8")
ORIGIN = (b"Access-Control-Allow-Origin", b"*")
EXPOSED = (b"access-control-expose-headers", b"X-Streaming-Session-Id")
ANSWER: Pairs = (MEDIA, ORIGIN, EXPOSED, (ID, ISSUED))
PLAIN: Pairs = ((b"Content-Type", b"application/json"), ORIGIN, EXPOSED)

RENAMED: Mapping[str, bytes] = {
    "rename": b"X-Stream-Id",
    "rename_x_stream_id": b"x-stream-id",
    "rename_streaming_session_id": b"streaming-session-id",
    "rename_x_session_id": b"X-Session-Id",
    "rename_mcp_session_id": b"Mcp-Session-Id",
    "recase": b"X-STREAMING-SESSION-ID",
}
REVALUED: Mapping[str, bytes] = {
    "recase_value": b"STREAM-1700000000000-AAAAAAAA",
    "quote": b'"stream-1700000000000-aaaaaaaa"',
    "pad": b"stream-1700000 000000-aaaaaaaa",
    "join": b"stream-1700000000000-aaaaaaaa, stream-1700000000000-aaaaaaaa",
    "swap": FOREIGN,
}
ADDONS = ("strip_headers", "rewrite_headers", "rename_header", "duplicate_header")
MORE = ("recase_headers", "rewrite_values", "remember_header")


def made(kind: str) -> Any:
    for name in (*ADDONS, *MORE):
        module = importlib.import_module(f"mitm_addons.{name}")
        if kind in module.FAULTS:
            return type(module.addons[0])(**module.FAULTS[kind])
    raise LookupError(kind)


def behind(kind: str, response: Pairs = ANSWER) -> tuple[Pairs, Pairs]:
    """Request and response fields behind the fault."""
    addon, flow = made(kind), a_flow(response=response)
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    return flow.request.headers.fields, response_of(flow).headers.fields


@pytest.mark.parametrize("kind", RENAMED)
def test_the_id_comes_under_another_name(kind: str) -> None:
    expected = (*ANSWER[:3], (RENAMED[kind], ISSUED))
    assert behind(f"damage_session_header_{kind}") == (REQUEST, expected)


@pytest.mark.parametrize("kind", REVALUED)
def test_the_id_comes_with_another_value(kind: str) -> None:
    expected = (*ANSWER[:3], (ID, REVALUED[kind]))
    assert behind(f"damage_session_header_{kind}") == (REQUEST, expected)


def test_the_id_is_lost() -> None:
    assert behind("damage_session_header") == (REQUEST, ANSWER[:3])


def test_the_id_comes_twice() -> None:
    assert behind("damage_session_header_repeat") == (REQUEST, (*ANSWER, ANSWER[3]))


def test_a_request_gets_an_id_that_it_never_had() -> None:
    expected = ((*REQUEST, (ID, FOREIGN)), ANSWER)
    assert behind("damage_session_header_on_request") == expected


@pytest.mark.parametrize("response", [ANSWER, PLAIN])
def test_no_response_has_cors_fields(response: Pairs) -> None:
    kept = tuple(pair for pair in response if pair not in (ORIGIN, EXPOSED))
    assert behind("strip_cors", response) == (REQUEST, kept)


def test_only_streams_lose_their_cors_fields() -> None:
    assert behind("strip_cors_on_streams") == (REQUEST, (MEDIA, ANSWER[3]))
    assert behind("strip_cors_on_streams", PLAIN) == (REQUEST, PLAIN)


def test_the_origin_is_allowed_twice() -> None:
    assert behind("double_cors") == (REQUEST, (*ANSWER[:2], ORIGIN, *ANSWER[2:]))
    assert behind("double_cors", ANSWER[3:]) == (REQUEST, ANSWER[3:])
