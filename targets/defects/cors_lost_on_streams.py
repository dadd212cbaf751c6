"""Event streams arrive without the CORS fields, so that no browser may read their id.

The preflight and the errors look fine. Seen: NousResearch/hermes-agent#73268; http4k/http4k#1353.
"""

import httpx

from targets.defects._session import is_event_stream, without_cors
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class CorsLostOnStreams(SessionGateway):
    declares = ("cors.actual_response_exposes_id",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return without_cors(headers) if is_event_stream(headers) else headers
