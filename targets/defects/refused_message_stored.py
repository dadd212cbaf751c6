"""A stream that is refused for want of credits leaves the user's message in the session.

Seen: in a real service of this kind; docs/session-services.md.
"""

from fakes.services.chat import Chat
from fakes.services.records import Session


class RefusedMessageStored(Chat):
    declares = ("session.correct_id_accepted",)

    def out_of_credits(self, session: Session, message: str) -> None:
        self.records.say(session.id, "user", message, self.now())
