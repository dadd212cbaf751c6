"""Streams arrive without the upstream's request id.

Seen: headroomlabs-ai/headroom#1100; BerriAI/litellm#35089.
"""

import httpx

from targets.reference.fields import Pairs, value_of, without
from targets.reference.gateway import Gateway, Inbound


class RequestIdDroppedOnStream(Gateway):
    declares = ("headers.response_forwarded",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        streams = b"text/event-stream" in value_of(headers, b"content-type").lower()
        return without(headers, b"x-request-id") if streams else headers
