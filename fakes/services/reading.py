"""The body of a request as a struct, or a 4xx that says what is wrong with it.

Stricter than many services: what is no JSON (NaN, lone surrogates, bytes that are no UTF-8) is
refused also in members that nobody reads.
"""

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from fakes.services.answers import Refused

T = TypeVar("T")


def number(text: str) -> int | float:
    """5.0 is the integer 5, in JSON Schema as in JavaScript."""
    value = float(text)
    return int(value) if value.is_integer() else value


PARSER = msgspec.json.Decoder(float_hook=number)


async def read(request: Request, kind: type[T], most: int) -> T:
    """most: bytes. Raises Refused 400 or 413."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refused(400, "The body must be JSON, with Content-Type: application/json.")
    body = await body_of(request, most)
    try:
        body.decode()
        return msgspec.convert(PARSER.decode(body), kind)
    except msgspec.ValidationError as error:
        raise Refused(400, f"The body is not as it should be: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(400, "The body is not valid JSON.") from error
    except RecursionError as error:
        raise Refused(400, "The body is nested too deeply.") from error


async def body_of(request: Request, most: int) -> bytes:
    """Raises Refused 413, if possible before anything was read."""
    too_large = Refused(413, f"The body is larger than {most} bytes.")
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
        raise too_large
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise too_large
    except ClientDisconnect as error:
        raise Refused(400, "The body ended early.") from error
    return bytes(body)
