"""The chat service's front door: its paths, and the order in which a request is checked."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from fakes.services import shapes
from fakes.services.answers import Refused, answer, stamp
from fakes.services.live import DELETED
from fakes.services.models import MODELS
from fakes.services.reading import read
from fakes.services.records import Session
from fakes.services.routing import Route, admitted, health_at
from fakes.services.starting import begin
from fakes.services.updating import accept, given_id, meant

if TYPE_CHECKING:
    from fakes.services.chat import Chat

SESSIONS = "/api/chat/sessions"


async def models(chat: "Chat", request: Request) -> Response:
    admitted(chat, request)
    return answer(200, shapes.Models(list(MODELS)))


async def create(chat: "Chat", request: Request) -> Response:
    user = admitted(chat, request).sub
    asked = await read(request, shapes.NewSession, chat.settings.max_body)
    made = chat.records.create(user, asked.title, asked.initial_message, chat.now())
    return answer(201, shapes.SessionMade(made.id, made.title, stamp(made.created_at)))


async def show(chat: "Chat", request: Request) -> Response:
    found = owned(chat, request)
    told = told_messages(chat, found)
    return answer(200, shapes.Session(found.id, found.title, stamp(found.created_at), told))


async def messages(chat: "Chat", request: Request) -> Response:
    return answer(200, told_messages(chat, owned(chat, request)))


async def delete(chat: "Chat", request: Request) -> Response:
    found = owned(chat, request)
    running = [live for live in chat.live.values() if live.stream.session_id == found.id]
    chat.records.delete(found.id)
    for live in running:
        live.stop(DELETED)
        await live.over.wait()
    return answer(200, shapes.Deleted("Session deleted", found.id))


async def stream(chat: "Chat", request: Request) -> Response:
    admitted(chat, request)
    asked = await read(request, shapes.Ask, chat.settings.max_body)
    made = await begin(chat, owned(chat, request), asked)
    note(request, issued=made.live.stream.id)
    return made


async def update(chat: "Chat", request: Request) -> Response:
    admitted(chat, request)
    asked = await read(request, shapes.Update, chat.settings.max_body)
    session = owned(chat, request)
    given = given_id(chat, request, asked)
    latest = chat.records.latest(session.id)
    stored = latest.id if latest else ""
    note(request, given=given, stored=stored)
    found = meant(chat, session, given)
    if not found:
        raise chat.mismatch(stored)
    message, told = await accept(chat, session, found, asked)
    return answer(200, shapes.Updated(told, session.id, message))


def owned(chat: "Chat", request: Request) -> Session:
    """The session in the path. Raises Refused 401, or 404 also for somebody else's."""
    user = admitted(chat, request).sub
    found = chat.records.session(request.path_params["session_id"], user)
    if not found:
        raise Refused(404, "No such session.")
    return found


def told_messages(chat: "Chat", session: Session) -> list[shapes.Message]:
    found = chat.records.messages(session.id)
    return [shapes.Message(m.id, m.role, m.content, stamp(m.created_at)) for m in found]


def note(request: Request, **told: str) -> None:
    """For the log line of this request, if somebody writes one."""
    request.scope.get("notes", {}).update(told)


ONE = f"{SESSIONS}/{{session_id}}"
ROUTES = (
    health_at("/health"),
    health_at("/api/health"),
    Route("GET", "/api/models", models, "What models there are.", None, shapes.Models),
    Route("POST", SESSIONS, create, "A new session.", shapes.NewSession, shapes.SessionMade, 201),
    Route("GET", ONE, show, "A session.", None, shapes.Session, refuses=(404,)),
    Route(
        "GET",
        f"{ONE}/messages",
        messages,
        "Its messages.",
        None,
        list[shapes.Message],
        refuses=(404,),
    ),
    Route("DELETE", ONE, delete, "Delete a session.", None, shapes.Deleted, refuses=(404,)),
    Route(
        "POST",
        f"{ONE}/stream",
        stream,
        "Say something, and get the answer as a stream.",
        shapes.Ask,
        None,
        refuses=(402, 404, 409, 503),
    ),
    Route(
        "POST",
        f"{ONE}/update-stream",
        update,
        "Store the answer of the latest stream.",
        shapes.Update,
        shapes.Updated,
        refuses=(404,),
    ),
)
