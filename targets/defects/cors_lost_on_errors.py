"""Errors arrive without the CORS fields: a browser tells its page "Failed to fetch" and no cause.

Seen: openedx-unsupported/configuration#4730 (fields that are added to good answers only).
"""

import httpx

from targets.defects._session import without_cors
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class CorsLostOnErrors(SessionGateway):
    declares = ("cors.actual_response_exposes_id",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return without_cors(headers) if response.status_code >= 400 else headers
