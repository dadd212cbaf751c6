"""The ledger of the session protocol: the sessions, streams, updates and balances of one run.

The services are judged by it. An instance knows only the sessions that it opened itself, so a
session is named by the instance and its id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from contracts.ledger.calls import Entry, Key, Kind, entries_of
from contracts.ledger.entries import Balance, Stream, Update
from contracts.record import ActNote
from contracts.trace import Trace

ID_LIFETIME: Final = 1800.0  # seconds after the end of its stream
TOKEN_LIFETIME: Final = 900.0  # seconds, of an access token

Group = TypeVar("Group")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Session:
    """A chat session and the calls that named it, by time. `asked` are its stream requests, those
    refused included; `deletion` is the one that was answered 200.
    """

    opening: Entry
    asked: tuple[Entry, ...]
    streams: tuple[Stream, ...]
    updates: tuple[Update, ...]
    reads: tuple[Entry, ...]
    deletion: Entry | None

    @property
    def owner(self) -> str:
        return self.opening.bearer.user


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries by time, and what they say of each session, id and user."""

    entries: tuple[Entry, ...]
    sessions: Mapping[Key, Session]
    streams: tuple[Stream, ...]
    updates: tuple[Update, ...]
    issued: Mapping[str, tuple[Stream, ...]]  # by id
    look_alikes: frozenset[str]  # what has the form of an id, in other fields of streams alone
    streams_of: Mapping[str, tuple[Stream, ...]]  # by user
    balances_of: Mapping[str, tuple[Balance, ...]]  # by user
    acts: tuple[ActNote, ...]

    def session(self, entry: Entry) -> Session | None:
        """The session in the call's path, if the instance that was asked opened it."""
        return self.sessions.get(entry.key)

    def passed(self, start: float, end: float) -> float:
        """How far the services' clock was moved between two moments (seconds)."""
        acts = (act for act in self.acts if act.do == "pass" and start < act.at <= end)
        return sum(act.seconds for act in acts)

    def admits(self, entry: Entry) -> bool | None:
        """Its token is an access token that has not expired; None: that cannot be told."""
        bearer = entry.bearer
        age = self.passed(bearer.since, entry.at)
        if bearer.kind != "access" or age >= TOKEN_LIFETIME:
            return False
        return True if age + entry.at - bearer.since + 1 < TOKEN_LIFETIME else None


class _Same:
    """A trace as a key: the same object, not an equal one, which would be costly to tell."""

    __slots__ = ("trace",)

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __hash__(self) -> int:
        return id(self.trace)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.trace is self.trace


def ledger_of(trace: Trace) -> Ledger:
    """The ledger of this trace; it is made once."""
    return _made(_Same(trace))


@lru_cache(maxsize=2)
def _made(same: _Same) -> Ledger:
    entries = entries_of(same.trace)
    streams = tuple(
        Stream.of(entry, entry.wire.response)
        for entry in _of_kind(entries, "stream")
        if entry.wire.response and entry.status == 200
    )
    updates = tuple(Update.of(entry) for entry in _of_kind(entries, "update"))
    balances = [b for entry in _of_kind(entries, "balance") if (b := Balance.of(entry))]
    issued = _grouped((one, stream) for stream in streams for one in stream.ids)
    shaped = frozenset(text for stream in streams for text in stream.look_alikes)
    return Ledger(
        entries,
        _sessions(entries, streams, updates),
        streams,
        updates,
        issued=issued,
        look_alikes=shaped.difference(issued),
        streams_of=_grouped((one.entry.bearer.user, one) for one in streams),
        balances_of=_grouped((one.user, one) for one in balances),
        acts=same.trace.record.acts,
    )


def _of_kind(entries: Iterable[Entry], kind: Kind) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _grouped(pairs: Iterable[tuple[Group, Item]]) -> Mapping[Group, tuple[Item, ...]]:
    found: defaultdict[Group, list[Item]] = defaultdict(list)
    for group, item in pairs:
        found[group].append(item)
    return {group: tuple(items) for group, items in found.items()}


def _sessions(
    entries: Iterable[Entry], streams: Iterable[Stream], updates: Iterable[Update]
) -> dict[Key, Session]:
    named = _grouped((entry.key, entry) for entry in entries if entry.session)
    begun = _grouped((stream.entry.key, stream) for stream in streams)
    given = _grouped((update.entry.key, update) for update in updates)
    found: dict[Key, Session] = {}
    for opening in _of_kind(entries, "open"):
        key = (opening.wire.instance, str(opening.told.get("sessionId")))
        if opening.status == 201:
            calls = named.get(key, ())
            gone = (one for one in _of_kind(calls, "delete") if one.status == 200)
            found[key] = Session(
                opening,
                asked=tuple(_of_kind(calls, "stream")),
                streams=begun.get(key, ()),
                updates=given.get(key, ()),
                reads=tuple(_of_kind(calls, "read")),
                deletion=next(gone, None),
            )
    return found
