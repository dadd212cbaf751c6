"""How each dialect writes content, end and error, and what types its bodies have."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from fakes.script import Comment, Fail, Finish, Raw, Say

STREAM_TYPE = "text/event-stream; charset=utf-8"
Meaning = Say | Finish | Fail | Comment | Raw


@dataclass(frozen=True, slots=True)
class Writer:
    """A dialect's way to write one action; `marked` is the text with its marker in front."""

    content_type: str
    write: Callable[[Meaning, str], bytes]


def _arena(action: Meaning, marked: str) -> bytes:
    match action:
        case Say():
            return f"a0:{json.dumps(marked)}\n".encode()
        case Finish(reason):
            return f"ad:{json.dumps({'finishReason': reason})}\n".encode()
        case Fail(message):
            return f"a3:{json.dumps(message)}\n".encode()
        case Comment():
            return b""
        case Raw():
            return marked.encode()


def _chunk(delta: dict[str, str], finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-trial", "object": "chat.completion.chunk", "created": 0}
    return json.dumps(head | {"model": "fake", "choices": [choice]})


def _openai(action: Meaning, marked: str) -> bytes:
    match action:
        case Say():
            return f"data: {_chunk({'content': marked}, None)}\n\n".encode()
        case Finish(reason):
            return f"data: {_chunk({}, reason)}\n\ndata: [DONE]\n\n".encode()
        case Fail(message):
            problem = {"error": {"message": message, "type": "server_error", "code": None}}
            return f"data: {json.dumps(problem)}\n\n".encode()
        case Comment(text):
            return f": {text}\n\n".encode()
        case Raw():
            return marked.encode()


def completion(texts: list[str], reason: str) -> bytes:
    """A plain OpenAI answer made of the same pieces."""
    message = {"role": "assistant", "content": "".join(texts)}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    head = {"id": "chatcmpl-trial", "object": "chat.completion", "created": 0, "model": "fake"}
    return json.dumps(head | {"choices": [choice], "usage": _usage(len(texts))}).encode()


def _usage(pieces: int) -> dict[str, int]:
    return {"prompt_tokens": 1, "completion_tokens": pieces, "total_tokens": 1 + pieces}


WRITERS = {
    "arena": Writer("text/plain; charset=utf-8", _arena),
    "openai": Writer(STREAM_TYPE, _openai),
    "transparent": Writer(STREAM_TYPE, _openai),
    "session": Writer(STREAM_TYPE, _openai),
}
