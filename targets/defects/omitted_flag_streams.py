"""A request that does not say whether it wants a stream gets one.

Seen: BYK/loreai#605.
"""

from starlette.types import ASGIApp

from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class OmittedFlagStreams(Bridge):
    declares = ("end.stream_flag_respected",)

    async def answer(self, trip: Trip) -> ASGIApp:
        return await (self.plain(trip) if trip.chat.stream is False else self.stream(trip))
