"""Where a system keeps its streams, what it calls things, and who may ask: a TOML file, or our own.

Every key has a default, that of the session services which `proxytrial serve session` starts.
"""

import os
import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import msgspec

from harness.errors import UsageError

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{session}` stands for the session's id. An empty path is not asked; login, sessions, stream
    and update are needed.
    """

    auth_health: str = "/api/auth/health"
    accounting_health: str = "/api/credits/health"
    chat_health: str = "/api/health"
    login: str = "/api/auth/login"
    allocate: str = "/api/credits/allocate"
    models: str = "/api/models"
    sessions: str = "/api/chat/sessions"
    history: str = "/api/chat/sessions/{session}"
    delete: str = "/api/chat/sessions/{session}"
    stream: str = "/api/chat/sessions/{session}/stream"
    update: str = "/api/chat/sessions/{session}/update-stream"


class Members(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """JSON members; in answers a dot leads into an object: `user.id`."""

    username: str = "username"
    password: str = "password"
    token: str = "accessToken"
    account: str = "user.id"
    allocate_to: str = "userId"
    credits: str = "credits"
    expiry_days: str = "expiryDays"
    title: str = "title"
    initial_message: str = "initialMessage"
    session: str = "sessionId"
    models: str = "models"
    model_id: str = "id"
    available: str = "available"
    message: str = "message"
    model: str = "modelId"
    text: str = "text"
    complete_response: str = "completeResponse"
    streaming_session_id: str = "streamingSessionId"
    tokens_used: str = "tokensUsed"
    error: str = "message"


class Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event names of the stream."""

    chunk: str = "chunk"
    done: str = "done"


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`credits` are allocated before the walk (0: no such step); `login` and `admin` are
    USER:PASSWORD, `token` is a Bearer token, each also as `env:NAME`. `cors`: pages of another
    origin, such as `origin`, are to be served. `message` and `long_message` are what the model is
    asked; without the latter it is many words.
    """

    id_header: str = "X-Streaming-Session-Id"
    id_format: str = rf"stream-[0-9]{{1,19}}-(?:[0-9a-f]{{8}}|{UUID})"
    login: str = "user1:User1@123"
    admin: str = "admin:admin@admin"
    token: str = ""
    credits: int = 100_000
    cors: bool = True
    origin: str = "http://page.invalid"
    model: str = ""
    message: str = "two words"
    long_message: str = ""
    paths: Paths = Paths()
    members: Members = Members()
    events: Events = Events()


@dataclass(frozen=True, slots=True)
class Login:
    """A user and the password, which never shows."""

    user: str
    password: str = field(repr=False)


def load_map(path: Path | None) -> Map:
    """Read the file; without one the defaults. Raises UsageError in one line."""
    if path is None:
        return Map()
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Map)
        re.compile(found.id_format)
        _check_placeholders(found.paths)
    except OSError as error:
        raise UsageError(f"--map {path}: {error.strerror or error}") from error
    except re.error as error:
        raise UsageError(f"--map {path}: id_format is no regular expression: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"--map {path}: {error}{_meant(str(error))}") from error
    return found


def _check_placeholders(paths: Paths) -> None:
    """Raises ValueError for a word in braces that nothing is filled in for."""
    for key, path in msgspec.structs.asdict(paths).items():
        if unknown := set(re.findall(r"\{[^}]*\}", path)) - {"{session}"}:
            told = ", ".join(sorted(unknown))
            raise ValueError(f"{key} = {path!r}: unknown {told}; only {{session}} is filled in")


def _meant(error: str) -> str:
    """The key that a misspelled one stands for."""
    wrong = re.search(r"unknown field `([^`]*)`(?: - at `\$\.(\w+)`)?", error)
    tables: dict[str, type[msgspec.Struct]] = {"paths": Paths, "members": Members, "events": Events}
    known = tables.get(wrong[2] or "", Map).__struct_fields__ if wrong else ()
    near = get_close_matches(wrong[1], known, 1) if wrong else []
    return f"; did you mean {near[0]}?" if near else ""


def login_of(text: str, option: str) -> Login:
    """USER:PASSWORD, or `env:NAME`. Raises UsageError that does not repeat the text."""
    user, colon, password = secret_of(text, option).partition(":")
    if not (user and colon and password):
        raise UsageError(f"{option}: USER:PASSWORD is needed")
    return Login(user, password)


def secret_of(text: str, option: str) -> str:
    """The text, or what the environment holds where it is `env:NAME`."""
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if not os.environ.get(name):
        raise UsageError(f"{option} comes from the environment: set {name}")
    return os.environ[name]


def dig(value: object, path: str) -> object:
    """What stands at the dotted path; None where there is nothing."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
