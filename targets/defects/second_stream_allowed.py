"""A second stream of a session starts while the first still runs, and takes its id away.

The client of the first stream then sends the id that it got, and is told of a mismatch.
Seen: sparfenyuk/mcp-proxy#210 (parallel sessions answered with errors); docs/session-services.md.
"""

from fakes.services.chat import Chat


class SecondStreamAllowed(Chat):
    declares = ("session.correct_id_accepted",)

    def slot_is_taken(self, session: str) -> bool:
        return False
