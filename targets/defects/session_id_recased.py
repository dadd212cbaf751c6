"""The gateway compares field values without case and hands them on in upper case.

Only names are without case (RFC 9110 5.1): the service compares ids byte by byte.
Seen the other way round, ids that are folded to one: vaaraio/vaara#172.
"""

import httpx

from targets.defects._session import with_ids
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class SessionIdRecased(SessionGateway):
    declares = ("session.id_survives", "session.id_not_invented", "headers.response_forwarded")

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        return with_ids(headers, lambda issued: [issued.upper()])
