"""The chat service: sessions, streams with an id each, and updates that must show that id.

Every method is a seam: one decision, which a planted bug can take wrongly. The flows that ask for
these decisions are in chat_routes.py, starting.py, streaming.py, settling.py and updating.py.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from fakes.services.answers import Refused
from fakes.services.billing import Billing
from fakes.services.chat_routes import ROUTES
from fakes.services.database import transaction
from fakes.services.events import written
from fakes.services.live import KILLED, Live
from fakes.services.rate import Rate
from fakes.services.records import Records, Session, Stream
from fakes.services.routing import application
from fakes.services.settings import Settings
from fakes.services.settling import settle
from fakes.services.shapes import Problem, Update
from fakes.services.speaking import Speak
from fakes.services.tokens import Claims, Tokens

MISMATCH = "Streaming session ID mismatch"
RESERVED_CHUNKS = 100


class Chat:
    """declares: the contracts that a planted bug breaks by itself; this service breaks none.

    served_id_lifetime: seconds that `serve session` gives an id, for a bug that needs a short one.
    """

    declares: tuple[str, ...] = ()
    served_id_lifetime: float | None = None
    name = "chat"

    def __init__(
        self,
        path: Path,
        settings: Settings,
        tokens: Tokens,
        now: Callable[[], float],
        speak: Speak,
        billing: Billing,
    ) -> None:
        self.settings, self.tokens, self.now = settings, tokens, now
        self.speak, self.billing = speak, billing
        self.rate = Rate(settings.rate_limit, now)
        self.records = Records(path)
        self.live: dict[int, Live] = {}
        self.starting: set[str] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.life = object()
        self.app = application(self, "Chat", ROUTES)

    # The life of the service

    def open(self) -> None:
        self.records.open()

    def close(self) -> None:
        self.records.database.close()

    def reset(self) -> None:
        self.break_off()
        self.records.reset()
        self.rate.forget()

    def break_off(self) -> None:
        """Cut every stream, as if the process were killed."""
        for live in self.live.values():
            live.stop(KILLED)
        self.life = object()

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Work that goes on also when the request that began it does not."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    # Who may ask

    def admits(self, claims: Claims) -> bool:
        return claims.type == "access"

    def exposed(self) -> str:
        """The names in Access-Control-Expose-Headers."""
        return self.settings.id_header

    def limits(self, path: str) -> bool:
        """Whether requests to this path count for the rate limit."""
        return True

    def problem(self, refused: Refused) -> Problem:
        return Problem(refused.message, code=refused.code)

    # The start of a stream

    def new_id(self) -> str:
        return f"stream-{int(self.now() * 1000)}-{uuid.uuid4()}"

    def slot_is_taken(self, session: str) -> bool:
        return session in self.starting or self.records.is_running(session)

    def reservation(self, stream: Stream) -> int:
        """Credits to reserve at the start, and again whenever they are used up."""
        return RESERVED_CHUNKS * stream.cost

    def out_of_credits(self, session: Session, message: str) -> None:
        """What a refusal for want of credits leaves behind: nothing."""

    def remember(self, draft: Stream, message: str) -> int | None:
        """Commit record and message before the head goes out; None: the session is gone."""
        with transaction(self.records.database):
            number = self.records.add(draft)
            if number is not None:
                self.persist_id(number, draft.id)
                self.records.say(draft.session_id, "user", message, draft.started_at)
        return number

    def persist_id(self, number: int, identity: str) -> None:
        self.records.identify(number, identity)

    def stream_headers(self, stream: Stream) -> dict[str, str]:
        return {"Cache-Control": "no-cache, no-transform", self.settings.id_header: stream.id}

    # What a stream says

    def chunk(self, text: str) -> bytes:
        return written("chunk", {"text": text})

    def terminal(self, tokens: int) -> bytes:
        return self.closing(self.settings.terminal_event, {"tokensUsed": tokens})

    def failure(self, message: str, code: str) -> bytes:
        return self.closing("error", {"error": message, "code": code})

    def closing(self, name: str, data: object) -> bytes:
        """The last event, good or bad."""
        return written(name, data)

    # The end of a stream

    def sent(self, live: Live) -> None:
        """After each chunk, so that a kill cannot make it free."""
        live.sent += 1
        self.records.count(live.stream.number, live.sent)

    async def done(self, live: Live) -> None:
        """Before the last event goes out."""
        self.records.finish(live.stream.number, "done", self.now())
        await settle(self, live, "finalize")

    async def left(self, live: Live) -> None:
        """The client has gone."""
        await self.ended_early(live)

    async def ended_early(self, live: Live) -> None:
        self.records.finish(live.stream.number, "aborted", self.now())
        await settle(self, live, "abort")

    def ended(self, stream: Stream) -> None:
        """After every stream, whatever ended it, unless the service was killed."""

    # The update

    def candidates(self, session: Session) -> Sequence[Stream]:
        """The streams whose id counts: the latest one."""
        latest = self.records.latest(session.id)
        return [latest] if latest else []

    def matches(self, given: str, stored: str) -> bool:
        """Verbatim."""
        return given == stored

    def expires_at(self, stream: Stream) -> float | None:
        """Seconds since the epoch; None while it runs."""
        return None if stream.ended_at is None else stream.ended_at + self.settings.id_lifetime

    def mismatch(self, stored: str) -> Refused:
        return Refused(400, MISMATCH)

    async def repeated(self, stream: Stream, asked: Update) -> None:
        """A second update with the same id: it changes nothing."""
