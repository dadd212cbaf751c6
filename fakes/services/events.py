"""How an event is written (WHATWG HTML, server-sent events)."""

import json


def written(name: str, data: object) -> bytes:
    """One event with JSON data; a lone surrogate of the model's goes out as a JSON escape."""
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {told}\n\n".encode("utf-8", "backslashreplace")
