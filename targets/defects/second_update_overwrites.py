"""A second update with the same id overwrites the stored answer and charges its tokens again.

Seen: in a real service of this kind; docs/session-services.md.
"""

from dataclasses import replace

from fakes.services.chat import Chat
from fakes.services.records import Stream
from fakes.services.shapes import Update


class SecondUpdateOverwrites(Chat):
    declares = ("session.update_is_idempotent",)

    async def repeated(self, stream: Stream, asked: Update) -> None:
        self.records.overwrite(stream.message_id, asked.complete_response)
        again = replace(stream, id=self.new_id())
        if await self.billing.reserve(again.id, again.user_id, asked.tokens_used * again.cost):
            await self.billing.settle(again, asked.tokens_used, "finalize")
