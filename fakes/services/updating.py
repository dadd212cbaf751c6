"""The update: which stream an id stands for, and what becomes of the answer that came with it."""

from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request

from fakes.services.answers import Refused
from fakes.services.records import Session, Stream
from fakes.services.shapes import Update

if TYPE_CHECKING:
    from fakes.services.chat import Chat


def given_id(chat: "Chat", request: Request, asked: Update) -> str:
    """Of the body or of the header field; raises Refused 400 unless there is exactly one."""
    name = chat.settings.id_header
    fields = [field.strip(" \t") for field in request.headers.getlist(name)]
    if len(fields) > 1:
        raise Refused(400, f"{name} is there more than once.")
    in_body = asked.streaming_session_id
    given = {*fields, *([] if in_body is msgspec.UNSET else [in_body])}
    if not given or "" in given:
        raise Refused(400, "streamingSessionId is missing.")
    if len(given) > 1:
        raise chat.mismatch("")
    return given.pop()


def meant(chat: "Chat", session: Session, given: str) -> Stream | None:
    """The stream that this id stands for in this session, unless the id has expired."""
    fitting = (one for one in chat.candidates(session) if chat.matches(given, one.id))
    return next((one for one in fitting if not expired(chat, one)), None)


def expired(chat: "Chat", stream: Stream) -> bool:
    at = chat.expires_at(stream)
    return at is not None and chat.now() >= at


async def accept(chat: "Chat", session: Session, stream: Stream, asked: Update) -> tuple[str, str]:
    """The id of the assistant's message, and a word to the client."""
    if stream.message_id:
        await chat.repeated(stream, asked)
        return stream.message_id, "This answer was stored already"
    stored = chat.records.answer(session.id, stream, asked.complete_response, chat.now())
    return stored, "Answer stored"
