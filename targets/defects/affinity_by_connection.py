"""The instance is chosen for each client connection: the second one of a user meets another one.

Seen: agentic-community/mcp-gateway-registry#1101 (every hop made a connection for each request).
"""

from contextvars import ContextVar

import httpx
from starlette.types import Receive, Scope, Send

from targets.reference.config import Config
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway

CONNECTION: ContextVar[object] = ContextVar("connection")


class AffinityByConnection(SessionGateway):
    declares = ("session.affinity",)

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.numbers: dict[object, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        CONNECTION.set(scope.get("client"))
        await super().__call__(scope, receive, send)

    def instance(self, inbound: Inbound) -> int:
        number = self.numbers.setdefault(CONNECTION.get(), len(self.numbers))
        return number % len(self.origins)
