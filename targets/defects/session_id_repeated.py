"""Two layers of the gateway both copy the session id, so that the response has it twice.

Seen: bcurts/agentchattr#80.
"""

import httpx

from targets.defects._session import with_ids
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class SessionIdRepeated(SessionGateway):
    declares = ("session.id_survives", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return with_ids(headers, lambda issued: [issued, issued])
