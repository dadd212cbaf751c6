"""The bridge's front door: paths, the order of checks, the last wall before an internal error."""

import logging
import time
from contextlib import aclosing
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from targets.reference.arena import Opened
from targets.reference.bridge import Bridge
from targets.reference.chat import Chat
from targets.reference.errors import ApiError, bad_request, envelope
from targets.reference.replies import json_reply
from targets.reference.trip import Trip

log = logging.getLogger("reference")


def application(bridge: Bridge) -> Starlette:
    """The ASGI application for one bridge."""
    chat, api = partial(chat_completions, bridge), "/api/v1"
    routes = [
        Route("/v1/chat/completions", chat, methods=["POST"]),
        Route(f"{api}/chat/completions", chat, methods=["POST"]),
        Route("/v1/models", partial(models, bridge)),
        Route(f"{api}/models", partial(models, bridge)),
        Route(f"{api}/health", health),
        Route(f"{api}/self-test", partial(self_test, bridge)),
        Route(f"{api}/metrics", partial(metrics, bridge)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: no_such_thing})
    app.router.redirect_slashes = False
    return app


async def chat_completions(bridge: Bridge, request: Request) -> ASGIApp:
    trip: Trip | None = None
    try:
        admit(bridge, request)
        asked = bridge.validate(await body_of(request, bridge.config.max_body))
        trip = bridge.start(asked, request.headers)
        return await bridge.answer(trip)
    except ApiError as error:
        log.info("%s: %d, %s", request.url.path, error.status, error.code)
        return bridge.error_reply(error, trip)
    except Exception as error:
        log.error("%s: 500, %s", request.url.path, type(error).__name__)
        return bridge.error_reply(ApiError(500, "Internal error.", "server_error"), trip)


def admit(bridge: Bridge, request: Request) -> None:
    """Raises ApiError 401 or 429."""
    bridge.rate.admit(bridge.authenticate(request.headers.getlist("authorization")))


async def body_of(request: Request, most: int) -> bytes:
    """Raises ApiError 413, if possible before anything was read. most: bytes."""
    too_large = bad_request(f"The body is larger than {most} bytes.", status=413)
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large
    return bytes(body)


async def health(request: Request) -> Response:
    return json_reply(200, {"status": "ok"})


async def models(bridge: Bridge, request: Request) -> ASGIApp:
    listed = [{"id": name, "object": "model", "owned_by": "arena"} for name in bridge.config.models]
    return guarded(bridge, request) or json_reply(200, {"object": "list", "data": listed})


async def metrics(bridge: Bridge, request: Request) -> ASGIApp:
    """How often each credential met a 403, by its place and never by its value."""
    wallet = bridge.wallet
    counts = {wallet.name(one): wallet.forbidden[one] for one in wallet.numbers}
    return guarded(bridge, request) or json_reply(200, {"forbidden": counts})


async def self_test(bridge: Bridge, request: Request) -> ASGIApp:
    """One tiny stream through everything: does streaming work, how fast, and if not, why."""
    if refusal := guarded(bridge, request):
        return refusal
    begun, report = time.monotonic(), dict[str, object]()
    trip = bridge.start(Chat(bridge.config.models[0], "ping", stream=True), {})
    try:
        async with aclosing(bridge.events(trip)) as events:
            async for part in events:
                if not isinstance(part, Opened):
                    report.setdefault("first_event_ms", round((time.monotonic() - begun) * 1000, 1))
    except ApiError as error:
        return json_reply(
            200, report | {"ok": False, "status": error.status, "failure": error.code}
        )
    return json_reply(200, report | {"ok": True, "status": 200, "failure": None})


def guarded(bridge: Bridge, request: Request) -> ASGIApp | None:
    """The refusal, if the client may not ask."""
    try:
        admit(bridge, request)
    except ApiError as error:
        return bridge.error_reply(error, None)
    return None


async def no_such_thing(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    told = bad_request("There is nothing at this path for this method.", status=status)
    return json_reply(status, envelope(told, told.message), headers)
