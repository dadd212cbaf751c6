"""A bridge's answer: its shape, and every way in which it can end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from targets.reference import arena
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from tests.targets.stage import (
    END,
    FINE,
    Said,
    Stage,
    line,
    run,
)


def events(answer: httpx.Response) -> list[Any]:
    """The JSON of the data lines, [DONE] as it is."""
    told = [one.removeprefix(b"data: ") for one in answer.content.split(b"\n\n") if one]
    return ["[DONE]" if one == b"[DONE]" else json.loads(one) for one in told]


def content(answer: httpx.Response) -> str:
    chunks = [one for one in events(answer) if "choices" in one]
    return "".join(one["choices"][0]["delta"].get("content", "") for one in chunks)


def chat(*script: Said, stream: bool = True, **changes: Any) -> httpx.Response:
    answer: httpx.Response = run(lambda: Stage(Bridge, *script, **changes).chat(stream))
    return answer


def test_stream_is_chunks_then_an_end_chunk_then_done() -> None:
    told = events(chat(FINE))
    assert [one["choices"][0]["delta"] for one in told[:3]] == [
        {"content": "one "},
        {"content": "two "},
        {"content": "three"},
    ]
    assert told[3]["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop"}
    assert told[4:] == ["[DONE]"]


def test_plain_answer_has_usage_and_the_true_finish_reason() -> None:
    end = line("ad", {"finishReason": "length"})
    told = chat(Said(pieces=[line("a0", "abcdefgh"), end]), stream=False).json()
    choice = {"message": {"role": "assistant", "content": "abcdefgh"}, "finish_reason": "length"}
    assert told["choices"] == [{"index": 0, **choice}]
    assert told["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_text_survives_any_cut(size: int) -> None:
    text = "é\u2028\u2029\u0085\x0b\x0c漢😀"
    body = b"\xef\xbb\xbf" + line("a0", text) + b": comment\r\n\r\n" + END
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert content(chat(Said(pieces=pieces))) == text


ENDINGS = {
    "reported": ([line("a3", "overloaded")], False),
    "ended": ([], False),
    "broken": ([], True),
    "unreadable": ([b"a0:{not json\n"], False),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_failure_after_content_is_a_framed_error_without_done(ending: str) -> None:
    pieces, breaks = ENDINGS[ending]
    answer = chat(Said(200, FINE.headers, [line("a0", "text"), *pieces], breaks))
    told = events(answer)
    assert answer.status_code == 200
    assert [list(one) for one in told[1:]] == [["error"]]
    assert ending in told[1]["error"]["code"] or ending == "unreadable"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("stream", [True, False])
def test_failure_before_content_is_an_error_status_with_the_request_id(
    ending: str, stream: bool
) -> None:
    pieces, breaks = ENDINGS[ending]
    answer = chat(Said(200, FINE.headers, pieces, breaks), stream=stream)
    assert answer.status_code == 502
    assert answer.headers["x-request-id"] == "r-1"
    assert answer.headers["content-type"] == "application/json"


def test_silent_upstream_gets_keep_alives_and_a_late_error_is_framed() -> None:
    async def told() -> httpx.Response:
        gate = asyncio.Event()
        stage = Stage(Bridge, Said(500, gate=gate.wait), keepalive=0.01)
        asking = asyncio.create_task(stage.chat())
        while "down" not in stage.log:
            await asyncio.sleep(0)
        gate.set()
        return await asking

    answer = run(told)
    assert answer.status_code == 200
    assert answer.content.startswith(b": keep-alive\n\n")
    assert b'data: {"error"' in answer.content
    assert b"[DONE]" not in answer.content


def test_usage_comes_in_a_chunk_of_its_own_when_asked_for() -> None:
    asked = {
        "model": "fake",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    answer = run(lambda: Stage(Bridge).chat(content=json.dumps(asked).encode()))
    told = events(answer)
    assert told[-2]["choices"] == []
    assert told[-2]["usage"]["total_tokens"] > 0
    assert told[-1] == "[DONE]"


def test_endless_line_is_an_error() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000

    async def read() -> list[bytes]:
        return [one async for one in arena.lines(chunks())]

    with pytest.raises(ApiError) as raised:
        run(read)
    assert raised.value.code == "line_too_long"
