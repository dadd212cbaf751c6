"""Which target is meant: by name, by file, by a command, or one that runs already."""

import difflib
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from harness.errors import UsageError
from harness.target import FOLDER, Client, Dialect, Expectation, Ready, Target, split_address

GIVEN = (
    *("port", "work", "dialect", "defect"),
    *("upstream", "upstream_host", "upstream_port"),
    *("upstream_2", "upstream_2_host", "upstream_2_port"),
)
PLACEHOLDER = re.compile(r"\{[a-z]\w*\}")


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
        raise UsageError(f"target file {path}: {error}{_hint(str(error))}") from error
    if not found.command and not (found.url and found.upstream_bind):
        raise UsageError(f"target file {path}: it needs a command, or url and upstream_bind")
    if unfilled := PLACEHOLDER.search(" ".join(found.argv(dict.fromkeys(GIVEN, ""), "x"))):
        raise UsageError(f"target file {path}: command: unknown placeholder {unfilled[0]}")
    if not found.dialects:
        raise UsageError(f"target file {path}: it needs at least one of the dialects")
    for dialect in found.dialects:
        found.promises(dialect)
    given = f"--target={shlex.quote(name)}" if name.endswith(".toml") else ""
    return msgspec.structs.replace(found, given=given)


def _hint(error: str) -> str:
    """What an unknown key may have meant."""
    unknown = re.search(r"unknown field `(\w+)`", error)
    known = {name for kind in (Target, Client, Expectation, Ready) for name in members(kind)}
    close = difflib.get_close_matches(unknown[1], known, 1) if unknown else []
    return f"; did you mean {close[0]}?" if close else ""


def members(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


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


def from_command(command: str, dialect: str) -> Target:
    """A proxy started by a command line with `{port}` and `{upstream}` in it."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--proxy-command {command!r}: {error}") from error
    if "{port}" not in command or "{upstream" not in command:
        raise UsageError(f"--proxy-command {command!r}: it needs {{port}} and {{upstream}} in it")
    told = {"name": _program(words), "command": words}
    given = f"--proxy-command {shlex.quote(command)} --dialect {dialect}"
    return msgspec.structs.replace(_convert(told, dialect), given=given)


def _program(words: list[str]) -> str:
    """What the command is called: the script, where an interpreter runs one."""
    first = Path(words[0]).name
    scripts = [Path(word).stem for word in words[1:2] if not word.startswith("-")]
    return scripts[0] if scripts and first.startswith(("python", "node", "ruby")) else first


def _convert(told: dict[str, Any], dialect: str) -> Target:
    known = get_args(Dialect)
    if dialect not in known:
        raise UsageError(f"--dialect {dialect}: it must be one of {', '.join(known)}")
    promised = {"user_agent": "browser", "max_attempts": 3, "credentials": 3}
    declared = promised if dialect in ("arena", "openai") else {}
    return msgspec.convert(told | {"dialects": [dialect], "declares": declared}, Target)
