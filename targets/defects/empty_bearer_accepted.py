"""A request without a key, or with an empty one, is served as if it had one.

Seen: a bridge for this upstream.
"""

from targets.reference.bridge import Bridge


class EmptyBearerAccepted(Bridge):
    declares = ("secrets.unauthenticated_refused",)

    def authenticate(self, fields: list[str]) -> str:
        if "".join(fields).strip().lower() in ("", "bearer"):
            return "anonymous"
        return super().authenticate(fields)
