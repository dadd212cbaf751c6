"""Any Bearer value opens the door, known or not.

Seen: a bridge for this upstream.
"""

from targets.reference.bridge import Bridge


class AnyBearerAccepted(Bridge):
    declares = ("secrets.unauthenticated_refused",)

    def known(self, key: str) -> bool:
        return True
