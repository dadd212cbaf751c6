"""When the client leaves in the middle of a stream, its slot and reserved credits stay taken.

The session refuses every further stream, and the credits are gone for nothing.
Seen: UsefulSoftwareCo/executor#1684 (abandoned sessions pile up); docs/session-services.md.
"""

from fakes.services.chat import Chat
from fakes.services.live import Live


class SlotKeptOnLeave(Chat):
    declares = ("session.not_expired_in_flight", "usage.early_end_rule")

    async def left(self, live: Live) -> None:
        """Nobody tells the database."""
