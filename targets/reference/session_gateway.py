"""The gateway before the session services: transparent, with two upstream instances.

A chat session lives in the instance that opened it, so all requests of one user go to one instance:
the one that the `sub` claim of the Bearer token hashes to. Nothing is remembered, so a new login or
a restart of the gateway changes nothing. The token is read, not verified: its signature is the
upstream's business.

Seen without affinity: agentic-community/mcp-gateway-registry#1101; agentgateway/agentgateway#573.
"""

import base64
import hashlib

import httpx
import msgspec

from targets.reference.config import Config
from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Gateway, Inbound

ID = b"x-streaming-session-id"


class Claims(msgspec.Struct, frozen=True):
    """What matters here of a JWT's payload (RFC 7519 4.1.2)."""

    sub: str = ""


class SessionGateway(Gateway):
    """The origins are `upstream` and, unless empty, `upstream_2` of the configuration."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.origins = [httpx.URL(one) for one in (config.upstream, config.upstream_2) if one]

    def request(self, inbound: Inbound) -> httpx.Request:
        asked = super().request(inbound)
        asked.url = self.origins[self.instance(inbound)]
        asked.headers["Host"] = asked.url.netloc.decode("ascii")
        return asked

    def instance(self, inbound: Inbound) -> int:
        """The place of the user's instance among the origins; the first for who has no token."""
        user = user_of(inbound.headers)
        digest = hashlib.sha512(user.encode()).digest()
        return int.from_bytes(digest) % len(self.origins) if user else 0


def user_of(headers: Pairs) -> str:
    """The `sub` claim of the Bearer token; empty if there is none that can be read."""
    scheme, _, token = value_of(headers, b"authorization").partition(b" ")
    parts = token.strip().split(b".")
    if scheme.lower() != b"bearer" or len(parts) != 3:
        return ""
    try:
        payload = base64.urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(payload, type=Claims).sub
    except (ValueError, RecursionError, msgspec.DecodeError):
        return ""
