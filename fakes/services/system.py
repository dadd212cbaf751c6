"""The three services together, over the files of one folder, behind one origin if need be.

Everything runs on one asyncio loop; call the methods on its thread.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from fakes.services.accounting import Accounting
from fakes.services.auth import Auth
from fakes.services.billing import Billing, beside
from fakes.services.chat import Chat
from fakes.services.settings import Settings
from fakes.services.speaking import Speak
from fakes.services.tokens import Tokens, signing_key

ACCOUNTING_PATHS = ("/api/credits/", "/api/streaming-sessions/")
DEFAULTS = Settings()
T = TypeVar("T")


class System:
    """auth, accounting, chats: the services; each has its ASGI application as `app`.

    speak: the model. defect: a subclass of Auth, Accounting or Chat, which takes its place.
    instances: how many chat services, each with a database of its own. clock: seconds since the
    epoch. Raises OSError or sqlite3.Error if the folder cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        speak: Speak,
        settings: Settings = DEFAULTS,
        defect: type | None = None,
        instances: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock, self._ahead = clock, 0.0
        tokens = Tokens(signing_key(folder), self.now)
        common = (settings, tokens, self.now)
        self.auth = _kind(Auth, defect)(folder / "auth.sqlite", *common)
        self.accounting = _kind(Accounting, defect)(folder / "accounting.sqlite", *common)
        self._client = beside(self.accounting.app)
        names = [f"chat-{number}" for number in range(1, instances + 1)]
        self.chats = [
            _kind(Chat, defect)(
                folder / f"{name}.sqlite", *common, speak, Billing(self._client, tokens, name)
            )
            for name in names
        ]
        self._services: list[Auth | Accounting | Chat]
        self._services = [self.auth, self.accounting, *self.chats]
        self._recover()

    def now(self) -> float:
        """The services' time, in seconds since the epoch."""
        return self._clock() + self._ahead

    def origin(self, instance: int = 1) -> ASGIApp:
        """All three by path: the chat service has what is nobody else's. instance: 1 or more."""
        chat = self.chats[instance - 1].app

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            await self._served_by(scope.get("path", ""), chat)(scope, receive, send)

        return dispatch

    def _served_by(self, path: str, chat: ASGIApp) -> ASGIApp:
        if path.startswith("/api/auth/"):
            return self.auth.app
        return self.accounting.app if path.startswith(ACCOUNTING_PATHS) else chat

    def advance(self, seconds: float) -> None:
        """Move the services' clock on, until the next reset."""
        self._ahead += seconds

    def issued(self) -> tuple[str, ...]:
        """Every token handed out since the last reset."""
        return tuple(self.auth.issued)

    def reset(self) -> None:
        """Forget everything but the users; running streams break."""
        for service in self._services:
            service.reset()
        self._ahead = 0.0

    def restart(self) -> None:
        """As if all three were killed and started over the same files; running streams break."""
        for chat in self.chats:
            chat.break_off()
        for service in self._services:
            service.close()
            service.open()
        self._recover()

    def _recover(self) -> None:
        """End the streams that ran when the services died, and account for them."""
        for chat in self.chats:
            found = chat.records.recover(self.now())
            spent = {one.id: one.chunks * one.cost for one in found}
            self.accounting.ledger.recover(chat.billing.instance, spent)
            chat.records.settle_all()

    async def close(self) -> None:
        """Cut what still runs, then let go of the files."""
        for chat in self.chats:
            chat.break_off()
            await asyncio.gather(*chat.tasks, return_exceptions=True)
        await self._client.aclose()
        for service in self._services:
            service.close()


def _kind(service: type[T], defect: type | None) -> type[T]:
    """The defect's class if it is one of this service."""
    return defect if defect and issubclass(defect, service) else service
