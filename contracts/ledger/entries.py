"""What a call of the session services was about: a stream, a final update, a balance.

Plain evidence; what it was worth (whether an id was right, who had to pay) is told elsewhere, by
`contracts.ledger.standing`, `contracts.ledger.conversation` and `contracts.ledger.accounts`.
"""

import re
from dataclasses import dataclass
from typing import Final

from contracts.event_stream import Event, EventStream
from contracts.fields import SESSION_ID
from contracts.ledger.calls import Entry
from contracts.message import Message

CHUNK, DONE, FAILED = "chunk", "done", "error"
COUNTLESS = 10**9  # tokens; services refuse more
_HEX = "[0-9a-f]"
_UUID: Final = rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_ID: Final = re.compile(rf"stream-[0-9]{{1,19}}-(?:{_HEX}{{8}}|{_UUID})")
_ID_SHAPED: Final = re.compile(r"stream-[0-9]+-[0-9a-fA-F-]+")
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")


def is_id(value: object) -> bool:
    """It has the form of a stream id: `stream-<milliseconds>-<uuid or 8 hex digits>`."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that was begun with 200: its ids (one, if all is well) and its events."""

    entry: Entry
    ids: tuple[str, ...]
    events: tuple[Event, ...]
    partial: bool  # bytes of one more event came

    @classmethod
    def of(cls, entry: Entry, answer: Message) -> "Stream":
        reader = EventStream()
        events = tuple(reader.feed(answer.content or b""))
        return cls(entry, answer.values(SESSION_ID), events, bool(reader.unterminated))

    @property
    def over(self) -> float:
        """When it ended or broke off (seconds); infinity: it did not."""
        return self.entry.wire.over

    @property
    def chunks(self) -> int:
        return sum(event.type == CHUNK for event in self.events)

    @property
    def last(self) -> str:
        """The type of the last event; empty: there was none."""
        return self.events[-1].type if self.events else ""

    @property
    def whole(self) -> bool:
        """It came to its own end. A body that ends with its connection may be cut unseen."""
        answer = self.entry.wire.response
        if answer is None or not answer.complete:
            return False
        return answer.framing != "close" or self.last in (DONE, FAILED)

    @property
    def early(self) -> bool:
        """It ended before all was said: the client left, the model failed, the session went."""
        return self.over < float("inf") and (not self.whole or self.last == FAILED)

    @property
    def look_alikes(self) -> tuple[str, ...]:
        """What has the form of an id, in the other fields of the head."""
        answer = self.entry.wire.response
        others = [v for n, v in answer.headers if n.lower() != SESSION_ID.lower()] if answer else []
        return tuple(text for value in others for text in _ID_SHAPED.findall(value))


@dataclass(frozen=True, slots=True)
class Update:
    """A final update, and the ids that it gave in its body (at most one) and in header fields."""

    entry: Entry
    in_body: tuple[object, ...]
    in_header: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry) -> "Update":
        sent = entry.sent or {}
        in_body = (sent["streamingSessionId"],) if "streamingSessionId" in sent else ()
        return cls(entry, in_body, entry.wire.request.values(SESSION_ID))

    @property
    def given(self) -> tuple[object, ...]:
        return (*self.in_body, *self.in_header)

    @property
    def text(self) -> object:
        return (self.entry.sent or {}).get("completeResponse")

    @property
    def plain(self) -> bool:
        """Nothing but its id can be a reason to refuse it."""
        tokens, text = (self.entry.sent or {}).get("tokensUsed"), self.text
        counted = type(tokens) is int and 0 <= tokens < COUNTLESS
        return counted and isinstance(text, str) and not _NO_TEXT.search(text)


@dataclass(frozen=True, slots=True)
class Balance:
    """What accounting said of a user's credits; `rule` is how it says that it charges."""

    entry: Entry
    user: str
    total: float
    remaining: float
    reserved: float
    rule: str

    @classmethod
    def of(cls, entry: Entry) -> "Balance | None":
        """None: the answer is no balance."""
        told = entry.told if entry.status == 200 else {}
        names = ("totalCredits", "remainingCredits", "reservedCredits")
        match [told.get(name) for name in names]:
            case [int() | float() as total, int() | float() as left, int() | float() as held]:
                user, rule = str(told.get("userId")), str(told.get("accounting"))
                return cls(entry, user, total, left, held, rule)
        return None

    @property
    def spent(self) -> float:
        return self.total - self.remaining - self.reserved
