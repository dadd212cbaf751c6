"""What a stream costs: more is reserved while it runs, and it is settled once, however it ends."""

import asyncio
from typing import TYPE_CHECKING

from fakes.services.live import Live
from fakes.services.speaking import ModelFailed

if TYPE_CHECKING:
    from fakes.services.chat import Chat


async def afford(chat: "Chat", live: Live) -> None:
    """Before each chunk. Raises ModelFailed when the credits for one more are not there."""
    stream = live.stream
    if (live.sent + 1) * stream.cost <= live.reserved:
        return
    more = chat.reservation(stream)
    if not await chat.billing.reserve(stream.id, stream.user_id, more):
        raise ModelFailed("The credits do not suffice.", "INSUFFICIENT_CREDITS")
    live.reserved += more


async def settle(chat: "Chat", live: Live, how: str) -> None:
    """how: finalize or abort. It goes on also when the request that asks for it does not."""
    if live.settlement is None:
        live.settlement = chat.spawn(_settle(chat, live, how))
    await asyncio.shield(live.settlement)


async def _settle(chat: "Chat", live: Live, how: str) -> None:
    if await chat.billing.settle(live.stream, live.sent, how):
        chat.records.settle(live.stream.number)
