"""Every 5xx of the upstream becomes the gateway's own 502.

Seen: dotnet/yarp#2662; QuantumNous/new-api#3142.
"""

import httpx
from starlette.types import Message

from targets.reference.gateway import Gateway, Inbound


class ErrorAs502(Gateway):
    declares = ("end.error_keeps_status",)

    def head(self, inbound: Inbound, response: httpx.Response) -> Message:
        head = super().head(inbound, response)
        return {**head, "status": 502} if response.status_code >= 500 else head
