"""The arena upstream's own rules: paths, body, and ids that must never be used twice."""

import json
import re
from collections.abc import Iterable

from contracts.message import Message
from fakes.script import Reply, error

PATH = re.compile(
    r"/nextjs-api/stream/(create-evaluation|post-to-evaluation/[0-9a-f-]{36})\Z", re.IGNORECASE
)
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z", re.I)
UNIQUE_IDS = ("id", "userMessageId", "modelAMessageId")


def refuse(request: Message, used: set[str]) -> Reply | None:
    """The 400 or 404 that a wrong request gets; None: it is good, and its ids are used now."""
    if request.method != "POST" or not PATH.match(request.target):
        return error(404, json.dumps({"error": "no such route"}))
    body = request.json()
    if not isinstance(body, dict):
        return _bad("body is not a JSON object")
    given = [body.get(name) for name in UNIQUE_IDS]
    if wrong := [n for n, v in zip(UNIQUE_IDS, given, strict=True) if not _is_uuid7(v)]:
        return _bad(f"{', '.join(wrong)}: a UUID version 7 is needed")
    if body.get("mode") != "direct" or not _has_message(body):
        return _bad("mode, userMessage: missing or wrong")
    return _use(map(str, given), used)


def _use(ids: Iterable[str], used: set[str]) -> Reply | None:
    fresh = [one.lower() for one in ids]
    if reused := [one for n, one in enumerate(fresh) if one in used or one in fresh[:n]]:
        return _bad(f"{len(reused)} ids were used before")
    used.update(fresh)
    return None


def _is_uuid7(value: object) -> bool:
    return isinstance(value, str) and bool(UUID7.match(value))


def _has_message(body: dict[str, object]) -> bool:
    message = body.get("userMessage")
    return isinstance(message, dict) and isinstance(message.get("content"), str)


def _bad(message: str) -> Reply:
    return error(400, json.dumps({"error": message}))
