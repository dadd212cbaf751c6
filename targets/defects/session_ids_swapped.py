"""The id is kept where all streams can write it: while another one runs, its id is handed out.

Seen: unjs/ocache#61 (concurrent callers get one caller's session cookie).
"""

import httpx
from starlette.types import Send

from targets.defects._session import with_ids
from targets.reference.config import Config
from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import ID, SessionGateway


class SessionIdsSwapped(SessionGateway):
    declares = (
        "session.id_survives",
        "session.id_not_invented",
        "session.concurrent_streams_separate",
        "headers.response_forwarded",
    )

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.running: dict[httpx.Response, bytes] = {}

    async def relay(self, inbound: Inbound, response: httpx.Response, send: Send) -> None:
        try:
            await super().relay(inbound, response, send)
        finally:
            self.running.pop(response, None)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        others = list(self.running.values())
        if issued := value_of(headers, ID):
            self.running[response] = issued
        return with_ids(headers, lambda issued: others[-1:] or [issued])
