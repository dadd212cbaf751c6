"""A refused update becomes 502: the client is told to try again what can never succeed.

Seen: dotnet/yarp#2662 (another status than the upstream's); QuantumNous/new-api#3142.
"""

import httpx
from starlette.types import Message

from targets.defects._session import is_update
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class MismatchAs502(SessionGateway):
    declares = ("session.mismatch_relayed", "end.error_keeps_status")

    def head(self, inbound: Inbound, response: httpx.Response) -> Message:
        head = super().head(inbound, response)
        refused = is_update(inbound) and 400 <= response.status_code < 500
        return {**head, "status": 502} if refused else head
