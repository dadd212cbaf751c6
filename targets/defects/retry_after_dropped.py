"""Retry-After does not pass the gateway.

Seen: api7/aisix#144; majiayu000/litellm-rs#833.
"""

import httpx

from targets.reference.fields import Pairs, without
from targets.reference.gateway import Gateway, Inbound


class RetryAfterDropped(Gateway):
    declares = ("headers.retry_after_forwarded",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        return without(super().response_headers(inbound, response), b"retry-after")
