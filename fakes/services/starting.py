"""How a stream begins: every reason to refuse it, then its credits, then its record.

What is refused leaves nothing behind.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.services.answers import Refused
from fakes.services.live import Live
from fakes.services.models import model_of
from fakes.services.records import Session, Stream
from fakes.services.shapes import Ask
from fakes.services.streaming import EventStream

if TYPE_CHECKING:
    from fakes.services.chat import Chat

TURNS = 8  # of the loop, in which a leave that has arrived is noticed


async def begin(chat: "Chat", session: Session, asked: Ask) -> EventStream:
    """Raises Refused 400, 402, 404, 409 or 503; what is refused leaves nothing behind."""
    model = model_of(asked.model_id)
    if chat.slot_is_taken(session.id):
        await let_go(chat, session.user_id)
    if chat.slot_is_taken(session.id):
        raise Refused(409, "Another stream of this session is running.", "STREAM_RUNNING")
    draft = Stream(
        0, chat.new_id(), session.id, session.user_id, model.credit_cost, "running", chat.now()
    )
    chat.starting.add(session.id)
    try:
        stream = await paid(chat, session, draft, asked)
    finally:
        chat.starting.discard(session.id)
    live = Live(stream, asked, chat.reservation(stream))
    chat.live[stream.number] = live
    return EventStream(chat, live)


async def let_go(chat: "Chat", user: str) -> None:
    """Let what is ending come to its end: its slot and its credits are free then."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
    for live in list(chat.live.values()):
        if live.ending and live.stream.user_id == user:
            await live.over.wait()


async def paid(chat: "Chat", session: Session, draft: Stream, asked: Ask) -> Stream:
    """The committed record of a stream whose credits are reserved."""
    life = chat.life
    if not await chat.billing.reserve(draft.id, draft.user_id, chat.reservation(draft)):
        chat.out_of_credits(session, asked.message)
        raise Refused(402, "The credits do not suffice.", "INSUFFICIENT_CREDITS")
    number = chat.remember(draft, asked.message) if chat.life is life else None
    if number is None:
        await chat.billing.settle(draft, 0, "abort")
        if chat.life is not life:
            raise Refused(503, "The service is starting again.")
        raise Refused(404, "No such session.")
    return replace(draft, number=number)
