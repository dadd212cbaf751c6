"""What a client is told when something fails: one exception, one envelope, nothing from inside."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

LONGEST_MESSAGE = 1000


@dataclass(eq=False)
class ApiError(Exception):
    """status: the answer's, unless its head is out. headers: the upstream's, for the client."""

    status: int
    message: str
    type: str = "upstream_error"
    code: str | None = None
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def bad_request(message: str, param: str | None = None, status: int = 400) -> ApiError:
    """The client's own fault, in the words of the OpenAI protocol."""
    return ApiError(status, message, "invalid_request_error", "invalid_value", param)


def envelope(error: ApiError, message: str) -> dict[str, object]:
    """message: the redacted one; it is shortened only here, so that no half of a secret stays."""
    inner = {
        "message": message[:LONGEST_MESSAGE],
        "type": error.type,
        "code": error.code,
        "param": error.param,
    }
    return {"error": inner}


def to_json(value: object) -> bytes:
    """ASCII only: a lone surrogate in a model's text must not cost the answer."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


@contextmanager
def upstream_failures() -> Iterator[None]:
    """Every way in which the connection to the upstream can fail, as an ApiError (502 or 504)."""
    try:
        yield
    except httpx.TimeoutException as cause:
        raise ApiError(
            504, "The upstream did not answer in time.", code="upstream_timeout"
        ) from cause
    except httpx.ConnectError as cause:
        message = "The upstream cannot be reached."
        raise ApiError(502, message, code="upstream_unreachable") from cause
    except httpx.DecodingError as cause:
        message = "The upstream's content coding is damaged."
        raise ApiError(502, message, code="upstream_undecodable") from cause
    except httpx.HTTPError as cause:
        message = "The connection to the upstream broke."
        raise ApiError(502, message, code="upstream_broken") from cause
