"""The response is made anew from an allow-list of fields, and the session id is not on it.

Seen: agentic-community/mcp-gateway-registry#1096.
"""

import httpx

from targets.reference.fields import Pairs, without
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdDropped(SessionGateway):
    declares = ("session.id_survives", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        return without(super().response_headers(inbound, response), ID)
