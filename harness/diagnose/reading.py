"""What a stream's answer says: the id under its name or another one, the texts of its chunks."""

import json
import re

from harness.diagnose.endpoints import Map, dig
from harness.diagnose.wire import Streamed

SEEN_NAMES = {
    *("streaming-session-id", "x-streaming-session-id", "x-stream-session-id"),
    *("stream-id", "x-stream-id", "session-id", "x-session-id", "mcp-session-id"),
    *("x-streaming-id", "x-streamingsessionid", "x_streaming_session_id"),
}


def issued(streamed: Streamed, names: Map) -> tuple[str, ...]:
    """All values of the id's header field, in order."""
    return streamed.answer.values(names.id_header)


def others(streamed: Streamed, names: Map) -> tuple[tuple[str, str], ...]:
    """Fields of another name that hold an id, by their name or by the form of the value."""
    fields = (
        pair for pair in streamed.answer.headers if pair[0].lower() != names.id_header.lower()
    )
    return tuple(
        (name, value)
        for name, value in fields
        if name.lower() in SEEN_NAMES or well_formed(value, names)
    )


def id_of(streamed: Streamed, names: Map) -> str:
    """The id that the stream was given, under whatever name; empty: none."""
    under_others = [value for _, value in others(streamed, names)]
    return next(iter([*issued(streamed, names), *under_others]), "")


def well_formed(value: str, names: Map) -> bool:
    return bool(re.fullmatch(names.id_format, value))


def chunks(streamed: Streamed, names: Map) -> list[str]:
    """The texts of the chunk events."""
    found = [event.data for event in streamed.events if event.type == names.events.chunk]
    return [str(dig(_json(data), names.members.text) or "") for data in found]


def _json(text: str) -> object:
    try:
        parsed: object = json.loads(text)
    except ValueError:
        return None
    return parsed
