"""On streams only an allow-list of request headers goes on: beta flags and Last-Event-ID are lost.

Seen: headroomlabs-ai/headroom#1783; lemonade-sdk/lemonade#3223; modelcontextprotocol/inspector#723.
"""

from targets.reference.fields import Pairs
from targets.reference.gateway import Gateway, Inbound

KNOWN = (
    b"accept",
    b"accept-encoding",
    b"authorization",
    b"content-length",
    b"content-type",
    b"cookie",
    b"expect",
    b"origin",
    b"user-agent",
)


class StreamDropsCanaries(Gateway):
    declares = ("headers.request_forwarded",)

    def request_headers(self, inbound: Inbound) -> Pairs:
        headers = super().request_headers(inbound)
        if not inbound.wants_stream:
            return headers
        return [pair for pair in headers if pair[0].lower() in KNOWN or pair[0].startswith(b"x-")]
