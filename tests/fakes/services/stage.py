"""The session system without sockets: one client's calls, and streams that a test holds in hand."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from contracts.event_stream import EventStream
from fakes.services.settings import Settings
from fakes.services.speaking import Speak, echo
from fakes.services.system import System
from fakes.services.users import PASSWORDS
from tests.fakes.services.talk import Talk

SESSIONS = "/api/chat/sessions"
SECRETS = {name: password for name, password, _ in PASSWORDS}
END = object()


def run(check: Callable[[], Awaitable[None]]) -> None:
    """Runs an async check; the time-out only keeps a hang from being for ever."""

    async def limited() -> None:
        await asyncio.wait_for(check(), 20)

    asyncio.run(limited())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in."""

    id: str
    token: str
    refresh: str


class Model:
    """Says what a test puts in: texts, an exception, END. `closed`: nobody listens any more."""

    def __init__(self) -> None:
        self.says: asyncio.Queue[Any] = asyncio.Queue()
        self.closed = asyncio.Event()

    def say(self, *texts: Any) -> None:
        for text in texts:
            self.says.put_nowait(text)

    async def speak(self, message: str, model: str) -> AsyncGenerator[str, None]:
        try:
            while (text := await self.says.get()) is not END:
                if isinstance(text, Exception):
                    raise text
                yield text
        finally:
            self.closed.set()


class Stage:
    """Use it as an async context manager. settings: of `Settings`."""

    def __init__(
        self,
        folder: Path,
        speak: Speak | None = None,
        defect: type | None = None,
        instances: int = 1,
        **settings: Any,
    ) -> None:
        self.now = 1_800_000_000.0
        self.system = System(
            folder,
            speak=speak or echo(0),
            settings=Settings(**settings),
            defect=defect,
            instances=instances,
            clock=lambda: self.now,
        )
        self.app = self.system.origin()
        self.records = self.system.chats[0].records

    async def __aenter__(self) -> "Stage":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.system.close()

    async def ask(
        self, method: str, path: str | httpx.URL, token: str = "", **asked: Any
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            if token:
                asked["headers"] = [
                    ("Authorization", f"Bearer {token}"),
                    *dict(asked.get("headers", {})).items(),
                ]
            return await client.request(method, path, **asked)

    async def login(self, name: str) -> Person:
        asked = {"username": name, "password": SECRETS[name]}
        told = (await self.ask("POST", "/api/auth/login", json=asked)).json()
        return Person(told["user"]["id"], told["accessToken"], told["refreshToken"])

    async def allocate(self, user: Person, credits: int, **more: Any) -> httpx.Response:
        admin = await self.login("admin")
        asked = {"userId": user.id, "credits": credits, **more}
        return await self.ask("POST", "/api/credits/allocate", admin.token, json=asked)

    async def funded(self, name: str = "user1", credits: int = 1000) -> Person:
        user = await self.login(name)
        await self.allocate(user, credits)
        return user

    async def session(self, user: Person, **more: Any) -> str:
        asked = {"title": "a title", **more}
        told = (await self.ask("POST", SESSIONS, user.token, json=asked)).json()
        return str(told["sessionId"])

    async def stream(self, user: Person, session: str, message: str = "a b c") -> httpx.Response:
        asked = {"message": message, "modelId": "fake"}
        return await self.ask("POST", f"{SESSIONS}/{session}/stream", user.token, json=asked)

    async def update(
        self, user: Person, session: str, given: Any, text: str = "a b c", **more: Any
    ) -> httpx.Response:
        body = {"completeResponse": text, "streamingSessionId": given, "tokensUsed": 3}
        path = f"{SESSIONS}/{session}/update-stream"
        return await self.ask("POST", path, user.token, json=body, **more)

    async def messages(self, user: Person, session: str) -> list[tuple[str, str]]:
        told = (await self.ask("GET", f"{SESSIONS}/{session}/messages", user.token)).json()
        return [(one["role"], one["content"]) for one in told]

    async def credits(self, user: Person) -> tuple[int, int]:
        """Remaining and reserved."""
        told = (await self.ask("GET", "/api/credits/balance", user.token)).json()
        return told["remainingCredits"], told["reservedCredits"]

    def open(self, user: Person, session: str, message: str = "a b c") -> Talk:
        body = json.dumps({"message": message, "modelId": "fake"}).encode()
        return Talk(self.app, f"{SESSIONS}/{session}/stream", user.token, body)

    def stored(self) -> dict[str, int]:
        """How many rows there are of everything."""
        chat, ledger = self.records.database, self.system.accounting.ledger.database
        tables = [(chat, "sessions"), (chat, "messages"), (chat, "streams")]
        tables += [(ledger, "allocations"), (ledger, "streams"), (ledger, "holds")]
        return {
            f"{name} {number}": base.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for number, (base, name) in enumerate(tables)
        }


def events(answer: httpx.Response) -> list[tuple[str, Any]]:
    """Type and data of each event of a whole stream."""
    return [(one.type, json.loads(one.data)) for one in EventStream().feed(answer.content)]


def issued(answer: httpx.Response) -> str:
    return str(answer.headers["x-streaming-session-id"])
