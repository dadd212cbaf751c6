"""The stream's id is kept in memory only, so an update can be checked for its form and no more.

Garbage is still refused, which hides the bug: only a well-formed foreign id brings it to light.
Seen: in a real service of this kind; docs/session-services.md.
"""

import re

from fakes.services.chat import Chat

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WELL_FORMED = re.compile(f"stream-[0-9]{{1,19}}-(?:[0-9a-f]{{8}}|{UUID})")


class NeverPersisted(Chat):
    declares = (
        "session.foreign_id_rejected",
        "session.unknown_id_rejected",
        "session.owner_only",
    )

    def persist_id(self, number: int, identity: str) -> None:
        """It never reaches the database."""

    def matches(self, given: str, stored: str) -> bool:
        return WELL_FORMED.fullmatch(given) is not None
