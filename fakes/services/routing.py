"""A service's routes as a table; the same table makes the application and its OpenAPI document."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from fakes.services.answers import Refused, answer, unauthorised
from fakes.services.front import Front, Service, refusal
from fakes.services.openapi import document
from fakes.services.shapes import Health
from fakes.services.tokens import Claims, bearer


@dataclass(frozen=True, slots=True)
class Route:
    """endpoint: called with service, request and the path's parts. asks: the body's shape, or None.

    gives: the shape of the good answer, or None for an event stream. refuses: statuses beside
    those that every route has.
    """

    method: str
    path: str
    endpoint: Callable[..., Awaitable[Response]]
    summary: str
    asks: type | None
    gives: type | None
    status: int = 200
    refuses: tuple[int, ...] = ()
    open: bool = False

    @property
    def name(self) -> str:
        return getattr(self.endpoint, "__name__", "")

    @property
    def refusals(self) -> tuple[int, ...]:
        """Every status of an error that can come, sorted."""
        told = {429, *self.refuses} | ({400, 413} if self.asks else set())
        return tuple(sorted(told if self.open else told | {401}))


async def health(service: Service, request: Request) -> Response:
    return answer(200, Health("ok", service.name))


def health_at(path: str) -> Route:
    return Route("GET", path, health, "Is the service up?", None, Health, open=True)


def application(service: Service, title: str, routes: Sequence[Route]) -> FastAPI:
    """No documentation pages: they would fetch scripts from elsewhere."""
    app = FastAPI(
        title=title,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            Refused: partial(refuse, service),
            HTTPException: partial(no_such_thing, service),
        },
    )
    for route in routes:
        app.add_api_route(
            route.path,
            partial(route.endpoint, service),
            methods=[route.method],
            name=route.name,
            operation_id=f"{route.name}_{route.path.strip('/').replace('/', '_')}",
            summary=route.summary,
            response_class=Response,
        )
    app.add_middleware(Front, service=service)
    app.openapi = partial(document, app, routes, service.settings)  # type: ignore[method-assign]
    return app


def admitted(service: Service, request: Request) -> Claims:
    """Who asks. Raises Refused 401."""
    claims = service.tokens.read(bearer(request))
    if not service.admits(claims):
        raise unauthorised("This kind of token does not open this door.")
    return claims


async def refuse(service: Service, request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return refusal(service, error)


async def no_such_thing(service: Service, request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status != 405:
        return refusal(service, Refused(status, "There is nothing at this path."))
    allowed = ", ".join(sorted(methods_at(request)))
    told = "There is nothing at this path for this method."
    return refusal(service, Refused(405, told, headers={"Allow": allowed}))


def methods_at(request: Request) -> set[str]:
    """Every method that has a route at the request's path."""
    routes: Sequence[Any] = request.app.routes
    at = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    return {method for one in at for method in one.methods or ()}
