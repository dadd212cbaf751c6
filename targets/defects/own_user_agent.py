"""The gateway's HTTP library puts its own name in place of the client's.

Seen: ChronoAIProject/NyxID#184.
"""

import httpx

from targets.reference.fields import Pairs, without
from targets.reference.gateway import Gateway, Inbound


class OwnUserAgent(Gateway):
    declares = ("identity.user_agent",)

    def request_headers(self, inbound: Inbound) -> Pairs:
        own = (b"User-Agent", f"python-httpx/{httpx.__version__}".encode())
        return [own, *without(super().request_headers(inbound), b"user-agent")]
