"""Any id of the same user is taken, also that of an older stream or of another session of his.

Seen: in a real service of this kind; docs/session-services.md.
"""

from collections.abc import Sequence

from fakes.services.chat import Chat
from fakes.services.records import Session, Stream


class IdOfOtherSessionAccepted(Chat):
    declares = ("session.foreign_id_rejected",)

    def candidates(self, session: Session) -> Sequence[Stream]:
        return self.records.of_user(session.user_id)
