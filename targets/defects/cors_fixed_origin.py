"""The allowed origin is one of the configuration, whoever asks: pages of all others are blocked.

Seen: hoppscotch/proxyscotch#33 (a value "that is not equal to the supplied origin").
"""

import httpx

from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway

ALLOWED = b"http://localhost:3000"


class CorsFixedOrigin(SessionGateway):
    declares = ("cors.actual_response_exposes_id", "cors.preflight_allows")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        name = b"access-control-allow-origin"
        return [(key, ALLOWED if key.lower() == name else value) for key, value in headers]
