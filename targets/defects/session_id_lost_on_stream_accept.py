"""The branch for event streams, chosen by the client's Accept, copies no custom field.

Seen: headroomlabs-ai/headroom#1100; BerriAI/litellm#35089 (request ids, lost on streams only).
"""

import httpx

from targets.reference.fields import Pairs, value_of, without
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdLostOnStreamAccept(SessionGateway):
    declares = ("session.id_survives", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        named = b"text/event-stream" in value_of(inbound.headers, b"accept").lower()
        return without(headers, ID) if named else headers
