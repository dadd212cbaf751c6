"""The last id that the gateway saw goes upstream with every later request, whoever sends it.

Where a request names another id in its body, the service has to refuse it: a consequence.
Seen: agentgateway/agentgateway#1985.
"""

import httpx

from targets.defects._session import FIELD
from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdSticksToRequests(SessionGateway):
    declares = ("session.id_stays_on_its_leg",)
    last = b""

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        self.last = value_of(headers, ID) or self.last
        return headers

    def request_headers(self, inbound: Inbound) -> Pairs:
        headers = super().request_headers(inbound)
        stale = self.last and not value_of(headers, ID)
        return [*headers, (FIELD, self.last)] if stale else headers
