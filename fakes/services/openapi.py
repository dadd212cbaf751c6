"""The OpenAPI document of a service: what FastAPI knows, completed from the table of routes."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from fakes.services.settings import Settings
from fakes.services.shapes import Problem

if TYPE_CHECKING:
    from fakes.services.routing import Route

Told = dict[str, Any]
JSON = "application/json"
BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
TEXT = {"type": "string"}
NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
LIMITED = {"Retry-After": {"schema": NUMBER, "description": "Seconds to wait."}}
VERSION = "3.2.0"  # the first that can describe the events of a stream


def document(app: FastAPI, routes: "Sequence[Route]", settings: Settings) -> Told:
    """Made once an application, at the first question."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, openapi_version=VERSION, routes=app.routes
        )
        refer, components = shapes(routes)
        for route in routes:
            operation = made["paths"][route.path][route.method.lower()]
            operation.pop("description", None)
            operation.update(told(route, refer, settings))
        made["components"] = {"schemas": components, "securitySchemes": {"bearer": BEARER}}
        app.openapi_schema = made
    return app.openapi_schema


def shapes(routes: "Sequence[Route]") -> tuple[dict[type, Told], Told]:
    """A reference for each shape, and the schemas that they refer to."""
    named = {kind for route in routes for kind in (route.asks, route.gives) if kind}
    kinds = sorted(named | {Problem}, key=lambda kind: kind.__name__)
    where = "#/components/schemas/{name}"
    references, components = msgspec.json.schema_components(kinds, ref_template=where)
    return dict(zip(kinds, references, strict=True)), components


def told(route: "Route", refer: dict[type, Told], settings: Settings) -> Told:
    """What a client of this route must know, in place of FastAPI's own guesses."""
    problem = {JSON: {"schema": refer[Problem]}}
    good: Told = {"description": HTTPStatus(route.status).phrase}
    good["content"] = {JSON: {"schema": refer[route.gives]}} if route.gives else stream(settings)
    if not route.gives:
        good["headers"] = {settings.id_header: {"schema": TEXT, "required": True}}
    answers: Told = {str(route.status): good}
    for status in route.refusals:
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": problem}
    answers["429"]["headers"] = LIMITED
    made: Told = {"responses": answers, "security": [] if route.open else [{"bearer": []}]}
    made["parameters"] = [parameter(name) for name in re.findall(r"{(\w+)}", route.path)]
    if route.asks:
        body = {JSON: {"schema": refer[route.asks]}}
        made["requestBody"] = {"required": True, "content": body}
    return made


def stream(settings: Settings) -> Told:
    """What each event of a stream looks like."""
    names = ["chunk", settings.terminal_event, "error"]
    members = {"event": {"enum": names}, "data": TEXT}
    event = {"type": "object", "properties": members, "required": ["event", "data"]}
    return {"text/event-stream": {"itemSchema": event}}


def parameter(name: str) -> Told:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}
