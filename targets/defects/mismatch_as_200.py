"""A refused update arrives as 200 with the error as its body: the client believes it is stored.

Seen: MiXaiLL76/auto_ai_router#149; QuantumNous/new-api#3142.
"""

import httpx
from starlette.types import Message

from targets.defects._session import is_update
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class MismatchAs200(SessionGateway):
    declares = ("session.mismatch_relayed", "end.error_keeps_status")

    def head(self, inbound: Inbound, response: httpx.Response) -> Message:
        head = super().head(inbound, response)
        refused = is_update(inbound) and response.status_code == 400
        return {**head, "status": 200} if refused else head
