"""The session id arrives under the gateway's own name for it, where no client looks.

Seen: api7/aisix#318 (request id and rate limits never arrive under their names).
"""

import httpx

from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdRenamed(SessionGateway):
    declares = ("session.id_survives", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return [(b"X-Stream-Id" if name.lower() == ID else name, value) for name, value in headers]
