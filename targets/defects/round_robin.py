"""Each request goes to the next instance, so that half of them meet one that knows nothing.

Seen: agentgateway/agentgateway#573; TheLunarCompany/lunar#55; PrefectHQ/fastmcp#1003.
"""

from itertools import cycle

import httpx

from targets.reference.config import Config
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class RoundRobin(SessionGateway):
    declares = ("session.affinity",)

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.turns = cycle(range(len(self.origins)))

    def instance(self, inbound: Inbound) -> int:
        return next(self.turns)
