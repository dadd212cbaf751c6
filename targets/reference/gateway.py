"""The gateway: a transparent reverse proxy. Every end-to-end field and every byte goes on at once.

Every method is a seam: one decision, which a planted bug can take wrongly.
"""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import httpx
from starlette.types import Message, Receive, Scope, Send

from targets.reference.config import Config
from targets.reference.errors import ApiError, envelope, to_json, upstream_failures
from targets.reference.fields import Pairs, end_to_end, value_of, without

log = logging.getLogger("reference")
ASKS_FOR_STREAM = re.compile(rb'"stream"\s*:\s*true')
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Inbound:
    """A client's request: its head, the first piece of its body, and where the rest comes from."""

    method: str
    target: bytes
    headers: Pairs
    first: Message
    receive: Receive

    @property
    def wants_stream(self) -> bool:
        accepts = b"text/event-stream" in value_of(self.headers, b"accept").lower()
        return accepts or bool(ASKS_FOR_STREAM.search(self.first.get("body", b"")))


class Body(httpx.AsyncByteStream):
    """The client's body, piece by piece; raises ApiError if the client leaves before its end."""

    def __init__(self, inbound: Inbound) -> None:
        self.inbound = inbound

    async def __aiter__(self) -> AsyncIterator[bytes]:
        message = self.inbound.first
        while message["type"] == "http.request":
            if piece := message.get("body"):
                yield piece
            if not message.get("more_body"):
                return
            message = await self.inbound.receive()
        raise ApiError(400, "The body ended too early.", "invalid_request_error")


class Gateway:
    """declares: the contracts that a planted bug breaks by itself; the reference breaks none."""

    declares: tuple[str, ...] = ()

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.config = config
        self.origin = httpx.URL(config.upstream)
        self.limits = httpx.Timeout(config.upstream_timeout, connect=CONNECT_SECONDS).as_dict()
        self.transport = transport or httpx.AsyncHTTPTransport(
            verify=SSLContext(PROTOCOL_TLS_CLIENT),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inbound = await inbound_of(scope, receive)
        try:
            self.admit(inbound)
            response = await self.fetch(self.request(inbound))
        except ApiError as error:
            log.info("%s: %d, %s", inbound.method, error.status, error.code)
            await refuse(error, send)
            return
        log.info("%s: %d", inbound.method, response.status_code)
        async with aclosing(response):
            await self.relay(inbound, response, send)

    def admit(self, inbound: Inbound) -> None:
        """Whatever the client asks for is the upstream's business."""

    def request(self, inbound: Inbound) -> httpx.Request:
        """Built by hand: no library default is added."""
        headers = [(b"Host", self.origin.netloc), *self.request_headers(inbound)]
        if value_of(inbound.headers, b"transfer-encoding"):
            headers.append((b"Transfer-Encoding", b"chunked"))
        extensions = {"timeout": self.limits, "target": inbound.target}
        return httpx.Request(
            inbound.method,
            self.origin,
            headers=headers,
            stream=Body(inbound),
            extensions=extensions,
        )

    def request_headers(self, inbound: Inbound) -> Pairs:
        return without(end_to_end(inbound.headers), b"host")

    async def fetch(self, request: httpx.Request) -> httpx.Response:
        """One exchange; a redirect is an answer like any other. ApiError when there is none."""
        with upstream_failures():
            return await self.transport.handle_async_request(request)

    async def relay(self, inbound: Inbound, response: httpx.Response, send: Send) -> None:
        """The head at once, then the body; an upstream that breaks off breaks the client's too."""
        await send(self.head(inbound, response))
        async for piece in self.body(response):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def head(self, inbound: Inbound, response: httpx.Response) -> Message:
        headers = self.response_headers(inbound, response)
        return {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": headers,
        }

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        return end_to_end(response.headers.raw)

    def body(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The bytes as they are: never decoded, never joined."""
        return response.aiter_raw()


async def inbound_of(scope: Scope, receive: Receive) -> Inbound:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    target = scope["raw_path"] + query
    return Inbound(scope["method"], target, list(scope["headers"]), await receive(), receive)


async def refuse(error: ApiError, send: Send) -> None:
    body = to_json(envelope(error, error.message))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
