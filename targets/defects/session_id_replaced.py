"""The gateway gives each stream an id of its own, which the service has never heard of.

Seen: modelcontextprotocol/inspector#492.
"""

import httpx

from targets.defects._session import made_up, with_ids
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class SessionIdReplaced(SessionGateway):
    declares = ("session.id_survives", "session.id_not_invented", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return with_ids(headers, lambda issued: [made_up()])
