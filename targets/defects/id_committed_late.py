"""The id is committed some time after the stream's end, so that a quick update finds another one.

Seen: as the race that makes people put a pause before the update; docs/session-services.md.
"""

import asyncio
import sqlite3
from contextlib import suppress

from fakes.services.chat import Chat
from fakes.services.records import Stream


class IdCommittedLate(Chat):
    """COMMIT_DELAY: seconds."""

    declares = ("session.correct_id_accepted",)
    COMMIT_DELAY = 1.0

    def persist_id(self, number: int, identity: str) -> None:
        """Not yet."""

    def ended(self, stream: Stream) -> None:
        asyncio.get_running_loop().call_later(self.COMMIT_DELAY, self.commit, stream)

    def commit(self, stream: Stream) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed in the meantime
            self.records.identify(stream.number, stream.id)
