"""The doubled session id is folded into one field, "S, S", which clients send back as it is.

Seen: bcurts/agentchattr#80.
"""

import httpx

from targets.defects._session import with_ids
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class SessionIdJoined(SessionGateway):
    declares = ("session.id_survives", "session.id_not_invented", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return with_ids(headers, lambda issued: [b", ".join([issued, issued])])
