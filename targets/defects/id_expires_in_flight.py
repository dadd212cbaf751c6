"""The id's lifetime is counted from the stream's start: a long stream outlives its own id.

Seen: render-oss/render-mcp-server#26 (every session dies minutes after it began, busy or not).
"""

from fakes.services.chat import Chat
from fakes.services.records import Stream


class IdExpiresInFlight(Chat):
    declares = ("session.not_expired_in_flight",)
    served_id_lifetime = 1.0

    def expires_at(self, stream: Stream) -> float | None:
        return stream.started_at + self.settings.id_lifetime
