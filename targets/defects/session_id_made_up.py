"""An answer that comes without an id, such as an error, gets one of the gateway's own.

A client takes it for the ticket of a stream that does not exist: its update is refused.
Seen: modelcontextprotocol/inspector#492 (a proxy that makes ids itself).
"""

import httpx

from targets.defects._session import FIELD, made_up
from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdMadeUp(SessionGateway):
    declares = ("session.id_not_invented",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return headers if value_of(headers, ID) else [*headers, (FIELD, made_up())]
