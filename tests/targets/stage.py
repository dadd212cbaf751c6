"""A stage without sockets: a client, a target in the middle, and a scripted upstream."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from targets.reference.app import application
from targets.reference.bridge import Bridge
from targets.reference.config import Config, Identity
from targets.reference.gateway import Gateway
from targets.reference.serving import cancelled_on_leave

ORIGIN = "http://upstream.invalid"
KEY = "client-key-1"
TOKENS = ("token-one", "token-two", "token-three")
IDENTITIES = (
    Identity("clearance-one", "Mozilla/5.0 (X11) One"),
    Identity("clearance-two", "Mozilla/5.0 (X11) Two"),
)
PAGE = b"<!DOCTYPE html><title>Just a moment...</title>"


@dataclass(frozen=True)
class Said:
    """One scripted answer of the upstream.

    breaks: the connection dies after the last piece. fails: there is no answer at all.
    gate: what its end waits for.
    """

    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    pieces: Sequence[bytes] = ()
    breaks: bool = False
    fails: type[httpx.HTTPError] | None = None
    gate: Callable[[], Awaitable[object]] | None = None


class Pieces(httpx.AsyncByteStream):
    """A body that comes in pieces and notes each in a log, and whether it was closed."""

    def __init__(self, said: Said, log: list[str]) -> None:
        self.said, self.log = said, log

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self.said.pieces):
            self.log.append(f"up {number}")
            yield piece
        if self.said.gate:
            self.log.append("waiting")
            await self.said.gate()
        if self.said.breaks:
            raise httpx.ReadError("broken")

    async def aclose(self) -> None:
        self.log.append("closed")


def line(kind: str, value: object) -> bytes:
    return f"{kind}:{json.dumps(value, ensure_ascii=False)}\n".encode()


END = line("ad", {"finishReason": "stop"})
FINE = Said(
    headers=[("content-type", "text/event-stream"), ("x-request-id", "r-1")],
    pieces=[line("a0", "one "), line("a0", "two "), line("a0", "three"), END],
)
CHALLENGE = Said(403, [("content-type", "text/html"), ("cf-mitigated", "challenge")], [PAGE])
CAPTCHA = Said(403, pieces=[b'{"error":"recaptcha validation failed"}'])


def refused(status: int, text: str = "refused", **headers: str) -> Said:
    named = [("content-type", "application/json"), ("x-request-id", "r-2")]
    extra = [(name.replace("_", "-"), value) for name, value in headers.items()]
    body = json.dumps({"error": {"message": text}}).encode()
    return Said(status, [*named, *extra], [body])


@dataclass
class Upstream:
    """Answers as scripted, the last answer for ever; tokens: what the captcha path answers."""

    script: list[Said]
    token: Callable[[int], httpx.Response]
    posts: list[httpx.Request] = field(default_factory=list)
    fetches: list[httpx.Request] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/captcha/token":
            self.fetches.append(request)
            return self.token(len(self.fetches))
        self.posts.append(request)
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if said.fails:
            raise said.fails("no answer")
        return httpx.Response(said.status, headers=said.headers, stream=Pieces(said, self.log))


def fresh_token(number: int) -> httpx.Response:
    return httpx.Response(200, json={"token": f"captcha-{number}"})


def config(**changes: Any) -> Config:
    known: dict[str, Any] = {
        "upstream": ORIGIN,
        "auth_tokens": TOKENS,
        "identities": IDENTITIES,
        "api_keys": (KEY,),
        "captcha_path": "/captcha/token",
    }
    return Config(**(known | changes))


class Stage:
    """kind: the bridge or gateway on trial; changes: of its configuration."""

    def __init__(
        self,
        kind: type[Bridge] | type[Gateway],
        *script: Said,
        token: Callable[[int], httpx.Response] = fresh_token,
        **changes: Any,
    ) -> None:
        self.upstream = Upstream(list(script) or [FINE], token)
        target = kind(config(**changes), httpx.MockTransport(self.upstream))
        self.app: ASGIApp = application(target) if isinstance(target, Bridge) else target

    @property
    def posts(self) -> list[httpx.Request]:
        return self.upstream.posts

    @property
    def log(self) -> list[str]:
        return self.upstream.log

    async def noted(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.log.append("head")
            elif message.get("body"):
                self.log.append("down")
            await send(message)

        await self.app(scope, receive, noting)

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One exchange with exactly the headers given: no client adds its own."""
        transport = httpx.ASGITransport(self.noted)
        asked = httpx.Request(method, f"http://target{path}", **request)
        answer = await transport.handle_async_request(asked)
        await answer.aread()
        return answer

    async def chat(
        self,
        stream: bool | None = True,
        content: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        flag = {} if stream is None else {"stream": stream}
        asked = {"model": "fake", "messages": [{"role": "user", "content": "hi"}], **flag}
        fields = {"Authorization": f"Bearer {KEY}", **headers}
        body = content or json.dumps(asked).encode()
        return await self.ask("POST", "/v1/chat/completions", content=body, headers=fields)


async def leave(stage: Stage, event: str) -> None:
    """A streaming client that leaves as soon as event is in the stage's log."""
    asked = {"model": "fake", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    body = [{"type": "http.request", "body": json.dumps(asked).encode(), "more_body": False}]
    path = "/v1/chat/completions"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {KEY}".encode())],
    }

    async def receive() -> Message:
        if body:
            return body.pop()
        while event not in stage.log:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        return None

    await cancelled_on_leave(stage.noted)(scope, receive, send)


def credential(request: httpx.Request) -> str:
    return request.headers["cookie"].partition("arena-auth-prod-v1=")[2].partition(";")[0]


def run(check: Callable[[], Any]) -> Any:
    """Runs an async check; the time-out only keeps a hang from being for ever."""
    return asyncio.run(asyncio.wait_for(check(), 10))
