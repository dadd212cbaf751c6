"""What an OpenAI client reads: chunks, one completion, usage, and the framing of events."""

from dataclasses import dataclass

from targets.reference.arena import Delta, Event, Finish
from targets.reference.errors import to_json

DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b": keep-alive\n\n"
CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """What all parts of an answer share. created: Unix time, seconds; prompt: the client's text."""

    id: str
    created: int
    model: str
    prompt: str


def event(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"


def usage(reply: Reply, text: str) -> dict[str, int]:
    """A rough count: the upstream tells none."""
    asked, told = (-(-len(part) // CHARACTERS_A_TOKEN) for part in (reply.prompt, text))
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}


def head(reply: Reply, kind: str) -> dict[str, object]:
    return {
        "id": reply.id,
        "object": kind,
        "created": reply.created,
        "model": reply.model,
    }


def chunk(reply: Reply, part: Delta | Finish) -> dict[str, object]:
    delta, reason = (part.fields, None) if isinstance(part, Delta) else ({}, part.reason)
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return head(reply, "chat.completion.chunk") | {"choices": [choice]}


def usage_chunk(reply: Reply, text: str) -> dict[str, object]:
    shape = head(reply, "chat.completion.chunk")
    return shape | {"choices": [], "usage": usage(reply, text)}


def framed(reply: Reply, part: Event | None, text: str | None) -> bytes:
    """part: None for silence. text: all that was said, if the client asked for usage."""
    match part:
        case Delta():
            return event(chunk(reply, part))
        case Finish():
            spent = b"" if text is None else event(usage_chunk(reply, text))
            return event(chunk(reply, part)) + spent + DONE
        case None:
            return KEEP_ALIVE
    return b""


def completion(reply: Reply, parts: list[Delta], finish: Finish) -> dict[str, object]:
    """One JSON answer out of all parts of a stream."""
    message: dict[str, object] = {"role": "assistant", "content": joined(parts, "content")}
    if thought := joined(parts, "reasoning_content"):
        message["reasoning_content"] = thought
    if notes := [one.fields["annotations"] for one in parts if "annotations" in one.fields]:
        message["annotations"] = [
            note for listed in notes if isinstance(listed, list) for note in listed
        ]
    choice = {"index": 0, "message": message, "finish_reason": finish.reason}
    spent = usage(reply, "".join(part.text for part in parts))
    return head(reply, "chat.completion") | {"choices": [choice], "usage": spent}


def joined(parts: list[Delta], field: str) -> str:
    return "".join(str(part.fields[field]) for part in parts if field in part.fields)
