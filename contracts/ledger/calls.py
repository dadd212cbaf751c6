"""Calls of the session services as the upstream tap saw them, and who made them.

What the target or a leg did to a message before or after is none of the services' doing. Who a
caller is, the login answers alone tell: a token is opaque, and a surrogate in a stored trace.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.message import Message
from contracts.trace import Exchange, Trace
from contracts.wires import Wire

Kind = Literal["login", "open", "stream", "update", "read", "delete", "balance", "models"]
Key = tuple[int, str]  # the instance that was asked, and the session named in the path
Members = Mapping[str, object]
TokenKind = Literal["access", "refresh"]
KINDS: tuple[TokenKind, ...] = ("access", "refresh")

_SESSIONS, _ONE = "/api/chat/sessions", r"/api/chat/sessions/(?P<session>[^/?\s]+)"
_ROUTES: tuple[tuple[Kind, str, str], ...] = (
    ("login", "POST", "/api/auth/login"),
    ("open", "POST", _SESSIONS),
    ("stream", "POST", f"{_ONE}/stream"),
    ("update", "POST", f"{_ONE}/update-stream"),
    ("read", "GET", f"{_ONE}(?:/messages)?"),
    ("delete", "DELETE", _ONE),
    ("balance", "GET", "/api/credits/balance"),
    ("models", "GET", "/api/models"),
)
_CALLS = tuple(
    (kind, re.compile(rf"{method} \S*?{path}/?(?:\?\S*)?(?: |$)")) for kind, method, path in _ROUTES
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who was given a token; `user` is empty for one that no login answer gave out."""

    user: str = ""
    kind: TokenKind | Literal[""] = ""
    since: float = 0.0  # seconds since the run began


@dataclass(frozen=True, slots=True)
class Entry:
    """One call; `sent` are the members of its JSON object, None where the body is not one.

    Times are seconds since the run began.
    """

    kind: Kind
    session: str
    exchange: Exchange
    wire: Wire
    bearer: Bearer
    sent: Members | None

    @property
    def key(self) -> Key:
        return self.wire.instance, self.session

    @property
    def at(self) -> float:
        return self.wire.request.began

    @property
    def answered(self) -> float:
        """When the head of the answer came; infinity: it never did."""
        return self.wire.response.head_at if self.wire.response else float("inf")

    @property
    def status(self) -> int:
        return self.wire.status

    @property
    def told(self) -> Members:
        """The members of the answer."""
        return members(self.wire.response)

    def before(self, other: "Entry") -> bool:
        """It was answered before the other was asked."""
        return self.answered <= other.at


def call_of(request: Message) -> tuple[Kind, str] | None:
    """Which call of the services this is, and the session in its path; None: none of theirs."""
    for kind, pattern in _CALLS:
        if found := pattern.match(request.first_line):
            return kind, found.groupdict().get("session") or ""
    return None


def members(message: Message | None) -> Members:
    """The members of a JSON object; empty where the content is none."""
    value = message.json() if message else None
    return value if isinstance(value, dict) else {}


def token_of(request: Message) -> str:
    """The bearer token of a request (RFC 6750 2.1); empty: it has none."""
    scheme, _, token = request.value("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def bearers(trace: Trace) -> dict[str, Bearer]:
    """Each token that a login answer gave out, and to whom."""
    found: dict[str, Bearer] = {}
    for _, wire in _wires(trace):
        answer = wire.response
        if answer and answer.status == 200 and call_of(wire.request) == ("login", ""):
            told = members(answer)
            user = told.get("user")
            name = str(user.get("id", "")) if isinstance(user, dict) else ""
            for kind in KINDS:
                token = told.get(f"{kind}Token")
                if isinstance(token, str) and token:
                    found[token] = Bearer(name, kind, answer.head_at)
    return found


def entries_of(trace: Trace) -> tuple[Entry, ...]:
    """All calls by the time at which they were made."""
    known, found = bearers(trace), []
    for one, wire in _wires(trace):
        if call := call_of(wire.request):
            body = wire.request.json()
            sent = body if isinstance(body, dict) else None
            bearer = known.get(token_of(wire.request), Bearer())
            found.append(Entry(*call, one, wire, bearer, sent))
    return tuple(sorted(found, key=lambda entry: entry.at))


def _wires(trace: Trace) -> Iterator[tuple[Exchange, Wire]]:
    for one in trace.exchanges:
        for attempt in (*one.attempts, *one.auxiliaries):
            if attempt.upstream:
                yield one, attempt.upstream
