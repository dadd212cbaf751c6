"""Keep-Alive, TE, Proxy-* and what Connection nominates cross the gateway, both ways.

The framing's own fields do not, so that messages stay readable.

Seen: http-party/node-http-proxy#1488; cloudflare/pingora#734.
"""

import httpx

from targets.reference.fields import Pairs, end_to_end
from targets.reference.gateway import Gateway, Inbound

FRAMING = (b"connection", b"content-length", b"transfer-encoding", b"host")


class ForwardsHopByHop(Gateway):
    declares = ("headers.hop_by_hop_removed",)

    def request_headers(self, inbound: Inbound) -> Pairs:
        return super().request_headers(inbound) + of_this_hop(inbound.headers)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        ours = super().response_headers(inbound, response)
        return ours + of_this_hop(response.headers.raw)


def of_this_hop(pairs: Pairs) -> Pairs:
    kept = end_to_end(pairs)
    lost = [pair for pair in pairs if pair not in kept]
    return [pair for pair in lost if pair[0].lower() not in FRAMING]
