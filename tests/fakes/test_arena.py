"""The arena upstream takes good requests once, and says what is wrong with the others."""

import json
import re
from typing import Any

import pytest

from fakes import arena
from fakes.script import Reply
from tests.fakes.loopback import answer, message

NEW = "/nextjs-api/stream/create-evaluation"
MORE = "/nextjs-api/stream/post-to-evaluation/01932f7a-0000-7000-8000-000000000000"


def uuid(number: int, version: str = "7", variant: str = "8") -> str:
    return f"01932f7a-aaaa-{version}000-{variant}000-{number:012x}"


def body(first: int = 0, **changed: Any) -> dict[str, Any]:
    ids = dict(zip(arena.UNIQUE_IDS, map(uuid, range(first, first + 3)), strict=True))
    return {**ids, "mode": "direct", "userMessage": {"content": "hi"}, **changed}


def raw(told: object, path: str = NEW, method: str = "POST") -> bytes:
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def refuse(request: bytes, used: set[str] | None = None) -> Reply | None:
    return arena.refuse(message(request), set() if used is None else used)


@pytest.mark.parametrize("path", [NEW, MORE, NEW.upper()])
def test_a_good_request_passes_at_either_path(path: str) -> None:
    assert refuse(raw(body(), path)) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", NEW),
        ("POST", "/"),
        ("POST", NEW + "/"),
        ("POST", NEW + "?x=1"),
        ("POST", "/nextjs-api/stream/post-to-evaluation/short"),
        ("POST", "/v1/chat/completions"),
    ],
)
def test_another_path_or_method_is_404(method: str, path: str) -> None:
    refusal = refuse(raw(body(), path, method))
    assert refusal
    assert refusal.status == 404


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000,
        [],
        "text",
        None,
        {},
        body(mode="battle"),
        body(userMessage=None),
        body(userMessage={"content": None}),
        body(id=None),
        body(id=[1]),
        body(id=uuid(1) + "\n"),
        body(userMessageId=uuid(1, version="4")),
        body(modelAMessageId=uuid(2, variant="c")),
        body(modelAMessageId=uuid(0)),
        body(modelAMessageId=uuid(0).upper()),
    ],
)
def test_a_bad_body_is_400_and_uses_no_id(told: object) -> None:
    used: set[str] = set()
    refusal = refuse(raw(told), used)
    assert refusal
    assert refusal.status == 400
    assert used == set()


@pytest.mark.parametrize("name", arena.UNIQUE_IDS)
def test_an_id_is_good_once_in_any_place_and_case(name: str) -> None:
    used: set[str] = set()
    assert refuse(raw(body(0)), used) is None
    again = refuse(raw(body(10, **{name: uuid(1).upper()})), used)
    assert again
    assert again.status == 400
    assert refuse(raw(body(10)), used) is None


def test_the_upstream_remembers_ids_between_requests() -> None:
    got, _ = answer(Reply(), dialect="arena", request=raw(body()) + raw(body()) + raw(body(5)))
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"400", b"200"]
