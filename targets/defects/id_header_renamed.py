"""The id is sent in a field of another name, X-Stream-Id: clients that know the name find none.

Seen: as lists of names to try, in clients; docs/session-services.md.
"""

from fakes.services.chat import Chat
from fakes.services.records import Stream


class IdHeaderRenamed(Chat):
    declares = ("session.correct_id_accepted",)

    def stream_headers(self, stream: Stream) -> dict[str, str]:
        headers = super().stream_headers(stream)
        headers["X-Stream-Id"] = headers.pop(self.settings.id_header)
        return headers
