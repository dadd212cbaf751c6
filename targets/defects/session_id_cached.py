"""The first id of a chat session is kept and handed out on all of its later streams.

Seen: modelcontextprotocol/rust-sdk#733 (a stale id is used for ever).
"""

import httpx

from targets.defects._session import with_ids
from targets.reference.config import Config
from targets.reference.fields import Pairs
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class SessionIdCached(SessionGateway):
    declares = ("session.id_survives", "session.id_not_invented", "headers.response_forwarded")

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.first: dict[bytes, bytes] = {}

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        path = inbound.target.partition(b"?")[0]
        return with_ids(headers, lambda issued: [self.first.setdefault(path, issued)])
