"""The reference model of the session services: what each request must be answered, and no more.

It holds no text and no id, only who began what, what is latest, what runs and what has expired.
"""

from dataclasses import dataclass, field
from typing import Literal

ID_LIFETIME = 1800  # seconds after the end of its stream

Token = Literal["access", "refresh", "forged", "none"]


@dataclass(slots=True)
class Stream:
    """One stream that was begun; `idle` is how long ago it ended (seconds)."""

    name: str
    running: bool
    idle: float = 0.0

    @property
    def expired(self) -> bool:
        return not self.running and self.idle > ID_LIFETIME


@dataclass(slots=True)
class Chat:
    """One chat session and its streams in order; the id of the latest is the right one."""

    name: str
    user: str
    streams: list[Stream] = field(default_factory=list)
    deleted: bool = False

    @property
    def latest(self) -> Stream | None:
        return self.streams[-1] if self.streams else None

    @property
    def running(self) -> Stream | None:
        return next((one for one in self.streams if one.running), None)


@dataclass(slots=True)
class Model:
    """Chat sessions by name, and who has credits."""

    chats: dict[str, Chat] = field(default_factory=dict)
    rich: set[str] = field(default_factory=set)

    def create(self, name: str, user: str) -> None:
        self.chats[name] = Chat(name, user)

    def of(self, stream: str) -> Chat:
        return next(c for c in self.chats.values() if any(s.name == stream for s in c.streams))

    def start(self, stream: str, chat: str, by: str, *, held: bool) -> int:
        """The status; a stream that is admitted runs on if it is held."""
        there = self.chats[chat]
        if there.user != by or there.deleted:
            return 404
        if there.running:
            return 409
        if by not in self.rich:
            return 402
        there.streams.append(Stream(stream, held))
        return 200

    def end(self, stream: str) -> None:
        for one in self.of(stream).streams:
            one.running = one.running and one.name != stream

    def update(self, chat: str, by: str, stream: str, token: Token = "access") -> int:
        """The status of an update with the id of that stream; empty: with any other id."""
        there = self.chats[chat]
        if token != "access":
            return 401
        if there.user != by or there.deleted:
            return 404
        latest = there.latest
        right = latest is not None and latest.name == stream and not latest.expired
        return 200 if right else 400

    def let_pass(self, seconds: float) -> None:
        for chat in self.chats.values():
            for one in chat.streams:
                one.idle += 0 if one.running else seconds

    def restart(self) -> None:
        for chat in self.chats.values():
            for one in chat.streams:
                one.running = False

    def delete(self, chat: str, by: str) -> int:
        there = self.chats[chat]
        if there.user != by or there.deleted:
            return 404
        there.deleted = True
        for one in there.streams:
            one.running = False
        return 200
