"""What the user's own client made of the ids that were issued to it: one run, told apart."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "right", "nothing", "recased", "made up", "changed", "earlier", "no update", "no stream"
]

AS_SENT = "as the server spells it"
EMPTY = ("", "null", "none", "undefined")
SHORTEST_PART = 4  # characters
AROUND = " \t\r\n\"'`"


@dataclass(frozen=True, slots=True)
class ClientRun:
    """One run: the ids issued to the client, and those of its updates.

    `spelling` is how the header's name was spelled for it; `answers` are the updates' statuses;
    `expected` is the right id at each update (empty: the last one that was issued); `sessions` are
    the chat sessions that it streamed in; `members` are those, other than the id's, that held an
    issued id; `output` are its last lines.
    """

    spelling: str
    issued: tuple[str, ...] = ()
    sent: tuple[object, ...] = ()
    answers: tuple[int, ...] = ()
    streams: int = 0
    ended: str = ""
    expected: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    output: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the client made of the ids. One right update is enough: others may be trials."""
        if not self.streams:
            return "no stream"
        if not self.sent:
            return "no update"
        right = self.expected or self.issued[-1:] * len(self.sent)
        if any(one == wanted for one, wanted in zip(self.sent, right, strict=False)):
            return "right"
        return self._kind_of(self._said) if not _empty(self._said) else "nothing"

    @property
    def _said(self) -> object:
        """The last id that it sent; None if all were empty."""
        return next((one for one in reversed(self.sent) if not _empty(one)), None)

    def _kind_of(self, value: object) -> Kind:
        if value in self.issued:
            return "earlier"
        if str(value).lower() in [one.lower() for one in self.issued]:
            return "recased"
        return "changed" if self._manner(value) else "made up"

    @property
    def manner(self) -> str:
        """What exactly it sent in place of the right id; empty: nothing that is known."""
        if self.kind == "earlier":
            return "it sent the id of an earlier stream: keep the latest"
        if self.kind not in ("nothing", "changed"):
            return ""
        if self.members:
            return f"it sent the id in the member {', '.join(self.members)}"
        return self._manner(self._said) if not _empty(self._said) else ""

    def _manner(self, value: object) -> str:
        if not isinstance(value, str):
            return f"it sent a JSON {_json_type(value)} and no string"
        if value in self.sessions:
            return "it sent the chat session's id"
        bare = value.strip(AROUND)
        if bare in self.issued:
            return f"it sent the id with {'blanks' if value.strip() == bare else 'quotes'} around"
        if len(value) >= SHORTEST_PART and any(value in one for one in self.issued):
            return "it sent a part of the id"
        if any(one.lower() in value.lower() for one in self.issued):
            return "it sent the id with more text around"
        return ""

    def __str__(self) -> str:
        issued = ", ".join(self.issued) or "no id"
        sent = ", ".join(map(_shown, self.sent)) or "no update"
        statuses = f" ({', '.join(map(str, self.answers))})" if self.answers else ""
        ended = f"; it {self.ended}" if self.ended else ""
        return f"issued {issued}; sent {sent}{statuses}{ended}"


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.lower() in EMPTY)


def _json_type(value: object) -> str:
    names = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "value")


def _shown(value: object) -> str:
    if value is None:
        return "no id"
    plain = isinstance(value, str) and value == value.strip(AROUND) and value
    return str(value) if plain else repr(value)
