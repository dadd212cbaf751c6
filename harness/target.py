"""Who is on trial: target files (one TOML a real proxy), read, checked and filled in."""

import difflib
import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from contracts.trace import Declares, Limits
from fakes.identities import CLIENT_KEY, MODEL, placeholders
from harness.errors import UsageError

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / "targets"

Dialect = Literal["transparent", "session", "arena", "openai"]
AGENTS = re.compile(r"forward|browser|fixed:.*\S.*", re.DOTALL)


class Ready(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to know that the target is ready: it accepts a connection, or answers 2xx at a path."""

    tcp: bool = False
    http: str = ""
    seconds: float = 20.0


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to talk to it; a header value `env:NAME` is taken from the environment."""

    path: str = "/v1/chat/completions"
    model: str = MODEL
    headers: dict[str, str] = {}
    terminal_event: str = "done"


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known violation, by globs of contract, case, fault and dialect."""

    contract: str
    reason: str
    case: str = "*"
    fault: str = "*"
    dialect: str = "*"


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs in one dialect."""

    declares: dict[str, Any] = {}
    client: Client | None = None


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A target file. `command` may be empty: then the proxy is running already, at `url`."""

    name: str
    dialects: tuple[Dialect, ...]
    summary: str = ""
    command: tuple[str, ...] = ()
    defect_arguments: tuple[str, ...] = ()
    ready: Ready = Ready(tcp=True)
    install: dict[str, str] = {}
    upstream: Literal["direct"] = "direct"
    files: dict[str, str] = {}
    declares: dict[str, Any] = {}
    client: Client = Client()
    expects: tuple[Expectation, ...] = ()
    dialect: dict[Dialect, Own] = {}
    url: str = ""
    upstream_bind: str = ""
    given: str = ""  # the option by which it was given, where its name alone does not find it

    def promises(self, dialect: str) -> Declares:
        """The declarations for one dialect. Raises UsageError for one that does not exist."""
        own = self.dialect.get(dialect)  # type: ignore[call-overload]
        told = self.declares | (own.declares if own else {})
        limits = told.get("limits", {})
        for given, known in ((told, Declares), (limits, Limits)):
            if isinstance(given, dict) and (unknown := set(given) - _members(known)):
                raise UsageError(_near(self.name, unknown, sorted(_members(known))))
        try:
            promised = msgspec.convert(told, Declares)
        except msgspec.ValidationError as error:
            raise UsageError(f"target {self.name}, [declares]: {error}") from error
        if not AGENTS.fullmatch(promised.user_agent):
            word = promised.user_agent
            raise UsageError(
                f"target {self.name}, [declares]: user_agent is {word!r}; "
                "it must be forward, browser or `fixed: ...`"
            )
        return promised

    def talk(self, dialect: str) -> Client:
        own = self.dialect.get(dialect)  # type: ignore[call-overload]
        return (own.client if own else None) or self.client

    def expectation(
        self, contract: str, case: str, faults: Sequence[str], dialect: str
    ) -> Expectation | None:
        """The declared violation that covers this verdict."""
        for one in self.expects:
            pairs = ((contract, one.contract), (case, one.case), (dialect, one.dialect))
            fits = all(fnmatchcase(value, glob) for value, glob in pairs)
            if fits and any(fnmatchcase(kind, one.fault) for kind in faults or ("",)):
                return one
        return None

    def installed(self) -> bool:
        """Whether the program of the command can be found."""
        return not self.command or bool(shutil.which(self._fill_in(self.command[0], {})))

    def how_to_install(self) -> str:
        ways = [f"{where}: {package}" for where, package in self.install.items()]
        return ", ".join(ways) or "see its own documentation"

    def argv(self, values: Mapping[str, str], defect: str) -> list[str]:
        extra = self.defect_arguments if defect else ()
        return [self._fill_in(word, values) for word in (*self.command, *extra)]

    def write_files(self, values: Mapping[str, str]) -> None:
        """Write the configuration files into the working directory."""
        for name, text in self.files.items():
            path = Path(values["work"]) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._fill_in(text, values))

    def _fill_in(self, text: str, values: Mapping[str, str]) -> str:
        known = {"python": sys.executable, "checkout": str(CHECKOUT)} | placeholders()
        for name, value in (known | dict(values)).items():
            text = text.replace("{" + name + "}", value)
        return text


def _members(kind: type[Declares] | type[Limits]) -> set[str]:
    return set(kind.__dataclass_fields__)


def _near(name: str, unknown: set[str], known: Sequence[str]) -> str:
    word = sorted(unknown)[0]
    close = difflib.get_close_matches(word, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
    return f"target {name}, [declares]: unknown key {word!r}; {hint}"


def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load(name: str) -> Target:
    """A target by name or by the path of its file. Raises UsageError in one line."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        if name.endswith(".toml"):
            raise UsageError(f"target file {name}: no such file")
        close = difflib.get_close_matches(name, names(), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names())}"
        raise UsageError(f"unknown target {name!r}; {hint} (the path of a file ends in .toml)")
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Target)
    except OSError as error:
        raise UsageError(f"target file {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"target file {path}: not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise UsageError(f"target file {path}: {error}") from error
    if not found.command and not (found.url and found.upstream_bind):
        raise UsageError(f"target file {path}: it needs a command, or url and upstream_bind")
    if not found.dialects:
        raise UsageError(f"target file {path}: it needs at least one of the dialects")
    for dialect in found.dialects:
        found.promises(dialect)
    given = f"--target={shlex.quote(name)}" if name.endswith(".toml") else ""
    return msgspec.structs.replace(found, given=given)


def expectations(path: Path) -> tuple[Expectation, ...]:
    """The [[expects]] tables of a file of its own. Raises UsageError in one line."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        if set(told) != {"expects"}:
            raise UsageError(f"--expected-failures {path}: [[expects]] tables are needed, only")
        return msgspec.convert(told["expects"], tuple[Expectation, ...])
    except OSError as error:
        raise UsageError(f"--expected-failures {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise UsageError(f"--expected-failures {path}: {error}") from error


def expecting(target: Target, more: tuple[Expectation, ...]) -> Target:
    return msgspec.structs.replace(target, expects=target.expects + more)


def running(base_url: str, upstream_bind: str, dialect: str) -> Target:
    """A proxy that runs already. Raises UsageError if one of the options does not fit."""
    if not base_url.startswith("http://") or not _has_address(base_url):
        raise UsageError(f"--base-url {base_url}: an http:// address is needed")
    if not upstream_bind:
        raise UsageError("--base-url needs --upstream-bind HOST:PORT, where your proxy sends to")
    split_address(upstream_bind, "--upstream-bind")
    told = {"name": base_url, "url": base_url.rstrip("/"), "upstream_bind": upstream_bind}
    path = urlsplit(base_url).path.rstrip("/") + Client().path
    return _convert(told | {"client": {"path": path}}, dialect)


def _has_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def split_address(text: str, option: str) -> tuple[str, int]:
    """`HOST:PORT`. Raises UsageError naming the option."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port[:6]) < 65536:
        raise UsageError(f"{option} {text}: HOST:PORT is needed, such as 127.0.0.1:9000")
    return host.strip("[]"), int(port)


def from_command(command: str, dialect: str) -> Target:
    """A proxy started by a command line with `{port}` and `{upstream}` in it."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--proxy-command {command!r}: {error}") from error
    if "{port}" not in command or "{upstream" not in command:
        raise UsageError(f"--proxy-command {command!r}: it needs {{port}} and {{upstream}} in it")
    told = {"name": Path(words[0]).name, "command": words}
    given = f"--proxy-command {shlex.quote(command)} --dialect {dialect}"
    return msgspec.structs.replace(_convert(told, dialect), given=given)


def _convert(told: dict[str, Any], dialect: str) -> Target:
    known = get_args(Dialect)
    if dialect not in known:
        raise UsageError(f"--dialect {dialect}: it must be one of {', '.join(known)}")
    promised = {"user_agent": "browser", "max_attempts": 3, "credentials": 3}
    declared = promised if dialect in ("arena", "openai") else {}
    return msgspec.convert(told | {"dialects": [dialect], "declares": declared}, Target)


def client_key(client: Client) -> str:
    """The credential that the client sends: the target's own, or the trial's.

    Raises UsageError if the environment lacks a variable that the target file names.
    """
    given = next((v for n, v in header_values(client).items() if n.lower() == "authorization"), "")
    return given.removeprefix("Bearer ") or CLIENT_KEY


def header_values(client: Client) -> dict[str, str]:
    return {name: _value(name, text) for name, text in client.headers.items()}


def _value(name: str, text: str) -> str:
    if not text.startswith("env:"):
        return text
    variable = text.removeprefix("env:")
    if variable not in os.environ:
        raise UsageError(f"header {name} comes from the environment: set {variable}")
    return os.environ[variable]
