"""An upstream stream without any content becomes a 200 that only says [DONE].

Seen: decolua/9router#3051; Wei-Shaw/sub2api#5415.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from targets.reference.arena import Event, Finish
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class EmptyStreamOk(Bridge):
    declares = ("end.empty_stream_is_error",)

    async def events(self, trip: Trip) -> AsyncGenerator[Event, None]:
        try:
            async with aclosing(super().events(trip)) as events:
                async for part in events:
                    yield part
        except ApiError as error:
            if error.code != "upstream_empty" or not trip.chat.stream:
                raise
            yield Finish("stop")
