"""What the walk about a 403 tries: which target, in which dialect, with which cases."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness import choosing
from harness.case import Case
from harness.errors import UsageError
from harness.target import Target, client_key
from targets import defects

PATHS = {
    "stream": "stream_ok",
    "plain": "plain_ok",
    "stream retry": "status_403_once_stream",
    "plain retry": "status_403_once_plain",
}
SPOKEN = ("arena", "transparent")  # an edge with rules stands in front of these


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that name a target, as those of a run of trials."""

    target: str = ""
    base_url: str = ""
    proxy_command: str = ""
    upstream_bind: str = ""
    dialect: str = ""
    defect: str = ""


def chosen(asked: Asked) -> tuple[Target, str]:
    """The target, and the dialect to try. Raises UsageError where the options do not fit."""
    ways = {"--target": asked.target, "--base-url": asked.base_url}
    ways["--proxy-command"] = asked.proxy_command
    if len(given := [name for name, value in ways.items() if value]) > 1:
        raise UsageError(f"{' and '.join(given)} name a target each: choose one of them")
    if asked.upstream_bind and not asked.base_url:
        raise UsageError("--upstream-bind goes with --base-url")
    found = _named(asked)
    if asked.defect and not found.defect_arguments:
        raise UsageError(f"--defect goes with the target reference, not with {found.name}")
    dialect = _dialect(found, asked)
    client_key(found.talk(dialect))
    return found, dialect


def _named(asked: Asked) -> Target:
    dialect = asked.dialect or "transparent"
    if asked.base_url:
        return choosing.running(asked.base_url, asked.upstream_bind, dialect)
    if asked.proxy_command:
        return choosing.from_command(asked.proxy_command, dialect)
    return choosing.load(asked.target or "reference")


def _dialect(target: Target, asked: Asked) -> str:
    """The one that was asked for, that of the defect, or the target's first."""
    spoken = [one for one in target.dialects if one in SPOKEN]
    try:
        wanted = defects.dialect_of(asked.defect) if asked.defect else asked.dialect
    except ValueError as error:
        raise UsageError(f"--defect {asked.defect}: {error}") from error
    if asked.defect and asked.dialect not in ("", wanted):
        raise UsageError(f"--dialect {asked.dialect}: {asked.defect} is a bug of {wanted}")
    if (wanted and wanted not in spoken) or not spoken:
        told = wanted or ", ".join(target.dialects)
        raise UsageError(f"`diagnose 403` tries {' and '.join(SPOKEN)}; {told} is not to be had")
    return wanted or spoken[0]


def cases_of(catalogue: Iterable[Case], dialect: str) -> dict[str, Case]:
    """The cases of this dialect, by the path that they take through the target."""
    named = {one.name: one for one in catalogue if one.dialect == dialect}
    return {path: named[name] for path, name in PATHS.items() if name in named}
