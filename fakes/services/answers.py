"""How the services answer: JSON of a struct, and one exception for every refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from starlette.responses import Response


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818
    """The answer to a request that is not granted. code: for programs that tell cases apart."""

    status: int
    message: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def unauthorised(message: str) -> Refused:
    """401 with the challenge that must go with it (RFC 9110 11.6.1)."""
    return Refused(401, message, headers={"WWW-Authenticate": "Bearer"})


def answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """value: a struct, or what JSON knows."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def stamp(seconds: float) -> str:
    """seconds: since the epoch. ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
