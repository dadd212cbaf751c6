"""Ids are trimmed and lower-cased before they are compared.

Seen: vaaraio/vaara#172 (ids that differ in blanks fall on one session).
"""

from fakes.services.chat import Chat


class IdComparedLoosely(Chat):
    declares = ("session.id_verbatim", "session.malformed_id_rejected")

    def matches(self, given: str, stored: str) -> bool:
        return given.strip().lower() == stored.strip().lower()
