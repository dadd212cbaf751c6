"""A user's visit to the system that is diagnosed: logs in, opens sessions, streams, updates."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import requests

from contracts.message import Message
from contracts.record import Secret
from harness.diagnose.endpoints import Login, Map, dig
from harness.diagnose.evidence import Probe
from harness.diagnose.reading import chunks, id_of
from harness.diagnose.settings import Settings
from harness.diagnose.wire import Origin, Streamed, Wire
from harness.errors import TargetError, UsageError
from harness.redact import redact

LONGEST = 160  # characters of a message that are shown
PAYMENT_REQUIRED, NOT_FOUND = 402, 404
CREDIT_HINT = "; credits belong to the id that the login answers with, not to the user's name"


@dataclass(slots=True)
class Visit:
    """`chat` is where chat requests go; `sessions` are those that it opened, the first in use;
    `first` is the stream that is looked at.
    """

    settings: Settings
    wire: Wire
    chat: Origin
    token: str = field(default="", repr=False)
    account: str = ""
    model: str = ""
    first: Streamed | None = None
    sessions: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list, repr=False)

    @property
    def map(self) -> Map:
        return self.settings.map

    @property
    def session(self) -> str:
        return self.sessions[0]

    def through(self, url: str) -> "Visit":
        """The same user, asking through a proxy."""
        return replace(self, chat=Origin(url, "--through"))

    def log_in(self, login: Login, option: str) -> tuple[str, str]:
        """The token and the account. Raises UsageError if the pair is refused."""
        self.hide("password", login.password)
        members, origin = self.map.members, self.settings.auth
        told = {members.username: login.user, members.password: login.password}
        answer = self.wire.ask("POST", origin, self.map.paths.login, told)
        token = dig(answer.json(), members.token)
        if answer.status >= 300 or not isinstance(token, str):
            raise UsageError(f"{option}: {self.map.paths.login} {self._no_token(answer)}")
        self.hide("token", token)
        return token, str(dig(answer.json(), members.account) or "")

    def _no_token(self, answer: Message) -> str:
        if answer.status < 300:
            needed = f"a JSON object with {self.map.members.token} is needed"
            return f"answered {answer.status} {answer.media_type or 'without a type'}; {needed}"
        elsewhere = answer.status == NOT_FOUND and self.settings.auth_option != "--auth-url"
        hint = "; is auth elsewhere? --auth-url" if elsewhere else ""
        return f"answered {self.told(answer)}{hint}"

    def open_session(self) -> str:
        """A new chat session. Raises TargetError if the service refuses."""
        members = self.map.members
        told = {members.title: "diagnose", members.initial_message: "hello"}
        answer = self.ask("POST", self.map.paths.sessions, told)
        session = dig(answer.json(), members.session)
        if answer.status >= 300 or not isinstance(session, str | int):
            raise TargetError(f"{self.map.paths.sessions} answered {self.told(answer)}")
        self.sessions.append(str(session))
        return str(session)

    def close_sessions(self) -> None:
        """Leave nothing behind, as far as the service lets us."""
        with suppress(TargetError):
            for session in self.sessions if self.map.paths.delete else ():
                self.ask("DELETE", self.at(self.map.paths.delete, session))

    def ask(
        self,
        method: str,
        path: str,
        content: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Message:
        return self.wire.ask(method, self.chat, path, content, self._with_token(headers))

    def beside(self) -> "Visit":
        """The same user with connections of its own, for another thread."""
        return replace(self, wire=replace(self.wire, http=requests.Session()))

    def stream(
        self,
        message: str = "",
        session: str = "",
        headers: Mapping[str, str] | None = None,
        begun: Callable[[], None] | None = None,
    ) -> Streamed:
        """One stream to its end. Raises TargetError if it is refused."""
        streamed = self.attempt(message, session, headers, begun)
        if streamed.answer.status != 200:
            path, why = self.at(self.map.paths.stream, session), self.told(streamed.answer)
            hint = CREDIT_HINT if streamed.answer.status == PAYMENT_REQUIRED else ""
            raise TargetError(f"{self.chat.option}: {path} answered {why}{hint}")
        return streamed

    def attempt(
        self,
        message: str = "",
        session: str = "",
        headers: Mapping[str, str] | None = None,
        begun: Callable[[], None] | None = None,
    ) -> Streamed:
        """One stream to its end, or its refusal; `begun` is called at its first event."""
        members = self.map.members
        told = {members.message: message or self.map.message, members.model: self.model}
        path = self.at(self.map.paths.stream, session)
        asked = self._with_token({"Accept": "text/event-stream", **(headers or {})})
        return self.wire.stream("POST", self.chat, path, told, asked, begun)

    def update(
        self, what: str, given: object, streamed: Streamed, headers: Mapping[str, str] | None = None
    ) -> Probe:
        """One update of the session in use, with this as the id."""
        answer, own = self.send_update(given, streamed, headers), id_of(streamed, self.map)
        unknown = bool(own) and own.lower() not in str(given).lower()
        said = "\n".join([answer.text, *(value for _, value in answer.headers)])
        leaks = answer.status >= 300 and unknown and own in said
        return Probe(what, answer.status, self.message(answer), leaks)

    def send_update(
        self,
        given: object,
        streamed: Streamed,
        headers: Mapping[str, str] | None = None,
        text: str = "",
    ) -> Message:
        """`text`: another one than the stream's."""
        members = self.map.members
        told = {
            members.complete_response: text or "".join(chunks(streamed, self.map)),
            members.streaming_session_id: given,
            members.tokens_used: len(chunks(streamed, self.map)),
        }
        return self.ask("POST", self.at(self.map.paths.update), told, headers)

    def at(self, path: str, session: str = "") -> str:
        return path.replace("{session}", session or self.session)

    def told(self, answer: Message) -> str:
        return f"{answer.status}: {self.message(answer) or 'no message'}"

    def message(self, answer: Message) -> str:
        """What an error says, without secrets and short; empty for a success."""
        if answer.status < 300:
            return ""
        said = dig(answer.json(), self.map.members.error) or dig(answer.json(), "error")
        text = said if isinstance(said, str) else answer.text
        return self.clean(" ".join(text.split()))[:LONGEST]

    def hide(self, kind: str, value: str) -> None:
        self.secrets.append(Secret(kind, value))

    def clean(self, text: str) -> str:
        return redact(text, tuple(self.secrets))

    def _with_token(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **(headers or {})}
