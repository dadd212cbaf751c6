"""The mismatch answer tells the id that was expected: whoever asks once can answer right.

Seen: in a real service of this kind; docs/session-services.md.
"""

from fakes.services.answers import Refused
from fakes.services.chat import Chat


class MismatchTellsId(Chat):
    declares = ("session.expected_id_not_leaked",)

    def mismatch(self, stored: str) -> Refused:
        refused = super().mismatch(stored)
        return Refused(refused.status, f"{refused.message}: expected {stored}")
