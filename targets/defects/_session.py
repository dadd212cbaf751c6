"""What the planted bugs of the session gateway have in common: the id field, paths, CORS fields."""

import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID

FIELD = b"X-Streaming-Session-Id"


def with_ids(headers: Pairs, change: Callable[[bytes], Sequence[bytes]]) -> Pairs:
    """headers, with as many id fields in the place of one as change makes of its value."""
    return [
        (name, one)
        for name, value in headers
        for one in (change(value) if name.lower() == ID else (value,))
    ]


def made_up() -> bytes:
    """A well-formed id that no upstream issued."""
    return f"stream-{time.time_ns() // 1_000_000}-{uuid4()}".encode()


def is_update(inbound: Inbound) -> bool:
    return inbound.target.partition(b"?")[0].endswith(b"/update-stream")


def is_event_stream(headers: Pairs) -> bool:
    return b"text/event-stream" in value_of(headers, b"content-type").lower()


def without_cors(headers: Pairs) -> Pairs:
    return [pair for pair in headers if not pair[0].lower().startswith(b"access-control-")]
