"""Who is on trial: target files (one TOML a real proxy), read, checked and filled in."""

import difflib
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import msgspec

from contracts.record import Declares, Limits
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


def split_address(text: str, option: str) -> tuple[str, int]:
    """`HOST:PORT`. Raises UsageError naming the option."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port[:6]) < 65536:
        raise UsageError(f"{option} {text}: HOST:PORT is needed, such as 127.0.0.1:9000")
    return host.strip("[]"), int(port)


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
