"""What comes from upstream is kept by user and not by stream: each of a user's streams gets it all.

Seen: diegosouzapw/OmniRoute#10251; arabold/docs-mcp-server#320; stacklok/toolhive#5934.
"""

from collections import defaultdict

import httpx
from starlette.types import Message, Send

from targets.defects._session import is_event_stream
from targets.reference.config import Config
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway, user_of


class StreamsShareUpstream(SessionGateway):
    declares = ("isolation.streams_separate", "session.concurrent_streams_separate")

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(config, transport)
        self.open: defaultdict[str, dict[httpx.Response, Send]] = defaultdict(dict)

    async def relay(self, inbound: Inbound, response: httpx.Response, send: Send) -> None:
        streams = self.open[user_of(inbound.headers)]

        async def to_all(message: Message) -> None:
            if response not in streams:
                await send(message)
                streams[response] = send
            elif message.get("more_body"):
                for one in list(streams.values()):
                    await one(message)
            else:
                del streams[response]
                await send(message)

        shared = is_event_stream(response.headers.raw)
        try:
            await super().relay(inbound, response, to_all if shared else send)
        finally:
            streams.pop(response, None)
