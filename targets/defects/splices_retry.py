"""When the upstream breaks off, the request is sent again and the second answer is appended.

Seen: NuGuardAI/nuguard#455; livekit/agents-js#2477.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from targets.reference.arena import Delta, Event
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class SplicesRetry(Bridge):
    declares = ("retry.no_splice",)

    async def events(self, trip: Trip) -> AsyncGenerator[Event, None]:
        spoken = False
        try:
            async with aclosing(super().events(trip)) as events:
                async for part in events:
                    spoken = spoken or isinstance(part, Delta)
                    yield part
        except ApiError as error:
            if not spoken or error.code not in ("upstream_broken", "upstream_ended"):
                raise
            async with aclosing(super().events(trip)) as events:
                async for part in events:
                    yield part
