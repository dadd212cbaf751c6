"""What a client may ask: everything else is refused in words that tell nothing of the inside.

Seen: null content answered by a 500 with an exception's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from targets.reference.errors import ApiError, bad_request

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
NUMBER, LISTED = (int, float), (str, list)
OPTIONS: dict[str, tuple[type, ...]] = {
    "temperature": NUMBER,
    "top_p": NUMBER,
    "frequency_penalty": NUMBER,
    "presence_penalty": NUMBER,
    "max_tokens": (int,),
    "max_completion_tokens": (int,),
    "n": (int,),
    "seed": (int,),
    "stop": LISTED,
    "tools": (list,),
    "user": (str,),
    "stream_options": (dict,),
}


@dataclass(frozen=True, slots=True)
class Chat:
    """A valid request. stream: None if the client did not say. usage: wanted in the stream."""

    model: str
    text: str
    stream: bool | None = None
    usage: bool = False


def parse(body: bytes, models: Sequence[str]) -> Chat:
    """Raises ApiError with 400, or 404 for a model that is not among models."""
    asked = decoded(body)
    for name, kinds in OPTIONS.items():
        check_option(name, asked.get(name), kinds)
    model = known_model(asked.get("model"), models)
    text = conversation(asked.get("messages"))
    stream = asked.get("stream")
    if "stream" in asked and not isinstance(stream, bool):
        raise bad_request("'stream' must be true or false.", "stream")
    options = asked.get("stream_options") or {}
    return Chat(model, text, stream, options.get("include_usage") is True)


def decoded(body: bytes) -> dict[str, Any]:
    try:
        asked = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise bad_request("The body is not valid JSON.") from None
    if not isinstance(asked, dict):
        raise bad_request("The body must be a JSON object.")
    return asked


def check_option(name: str, value: object, kinds: tuple[type, ...]) -> None:
    if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
        raise bad_request(f"'{name}' has the wrong type.", name)


def known_model(model: object, models: Sequence[str]) -> str:
    if not isinstance(model, str) or not model:
        raise bad_request("'model' must be a string.", "model")
    if model not in models:
        message = "The model does not exist."
        raise ApiError(404, message, "invalid_request_error", "model_not_found", "model")
    return model


def conversation(messages: object) -> str:
    """The whole conversation as one text; a single message stays as it is."""
    if not isinstance(messages, list) or not messages:
        raise bad_request("'messages' must be a list with at least one message.", "messages")
    said = [spoken(message, f"messages[{at}]") for at, message in enumerate(messages)]
    return said[0][1] if len(said) == 1 else "\n\n".join(f"{role}: {text}" for role, text in said)


def spoken(message: object, where: str) -> tuple[str, str]:
    if not isinstance(message, dict):
        raise bad_request(f"'{where}' must be an object.", where)
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise bad_request(f"'{where}.role' must be one of {', '.join(ROLES)}.", f"{where}.role")
    if content is None and role == "assistant" and message.get("tool_calls"):
        return role, ""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(parts, list) or not parts or not all(map(is_text, parts)):
        message = f"'{where}.content' must be a string or a list of text parts."
        raise bad_request(message, f"{where}.content")
    return role, "".join(part["text"] for part in parts)


def is_text(part: object) -> bool:
    return (
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
    )
