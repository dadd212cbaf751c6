"""The client's stream=false is ignored: it gets an event stream where it parses JSON.

Seen: quangdang46/openproxy#306; gumieri/nenya#17.
"""

from starlette.types import ASGIApp

from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class AlwaysStreams(Bridge):
    declares = ("end.stream_flag_respected",)

    async def answer(self, trip: Trip) -> ASGIApp:
        return await self.stream(trip)
