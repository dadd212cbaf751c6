"""What every service does before and after its own work: CORS, rate limit, the last wall.

Pure ASGI, so that a stream passes through piece by piece (Fetch standard, CORS protocol).
"""

import logging
from collections.abc import Callable
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fakes.services.answers import Refused, answer
from fakes.services.rate import Rate
from fakes.services.settings import Settings
from fakes.services.shapes import Problem
from fakes.services.speaking import BrokenOff
from fakes.services.tokens import Claims, Tokens

log = logging.getLogger(__name__)
METHODS = "GET, POST, DELETE, OPTIONS"


class Service(Protocol):
    """What auth, accounting and chat have in common. name: as their health answer says it."""

    name: str
    settings: Settings
    tokens: Tokens
    rate: Rate
    now: Callable[[], float]

    def admits(self, claims: Claims) -> bool: ...

    def exposed(self) -> str: ...

    def limits(self, path: str) -> bool: ...

    def problem(self, refused: Refused) -> Problem: ...


class Front:
    """Stands before one service's routes."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        fields = Headers(scope=scope)
        extra = cors(self.service) if "origin" in fields else {}
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(raw=message["headers"]).update(extra)
            await send(message)

        asks_first = scope["method"] == "OPTIONS" and "access-control-request-method" in fields
        if asks_first and extra:
            return await preflight(self.service)(scope, receive, dressed)
        try:
            extra = extra | self.admit(scope)
            return await self.app(scope, receive, dressed)
        except BrokenOff:
            raise
        except Refused as refused:
            told = refused
        except Exception as error:
            log.exception("%s %s", scope["method"], scope["path"])
            if started:
                raise BrokenOff from error
            told = Refused(500, "Internal error.")
        return await refusal(self.service, told)(scope, receive, dressed)

    def admit(self, scope: Scope) -> dict[str, str]:
        """Raises Refused 429."""
        client = scope["client"][0] if scope.get("client") else ""
        return self.service.rate.admit(client) if self.service.limits(scope["path"]) else {}


def refusal(service: Service, refused: Refused) -> Response:
    return answer(refused.status, service.problem(refused), refused.headers)


def cors(service: Service) -> dict[str, str]:
    """For every answer to a request with Origin, errors and streams as well."""
    exposed = service.exposed()
    told = {"Access-Control-Expose-Headers": exposed} if exposed else {}
    return {"Access-Control-Allow-Origin": "*"} | told


def preflight(service: Service) -> Response:
    headers = f"Authorization, Content-Type, {service.settings.id_header}, Last-Event-ID"
    allowed = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": headers,
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=allowed)
