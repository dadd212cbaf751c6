"""Run the user's own command under the guard: its group ends with us, however we end."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.guard import WORK_PREFIX
from harness.process import GUARD

LAST_LINES = 5
NOT_RUN = 126
DYING = 5.0  # seconds that the guard has to kill a group


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: `status` is None if it had to be ended; `lines` are its last ones."""

    status: int | None
    lines: tuple[str, ...] = ()


def run(words: Sequence[str], environment: Mapping[str, str], limit: float) -> Ended:
    """Wait for the command's end, at most `limit` seconds; its group never outlives the call.

    Raises OSError if it cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix=WORK_PREFIX, ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "client.log"
        log.touch()
        guard = _started(log, words, environment)
        try:
            status = _waited(guard, limit)
            lines = _last(log)  # before the guard is let go: it tidies up
        finally:
            _let_go(guard)
    refused = f"cannot run {words[0]}: "
    if status == NOT_RUN and lines and lines[-1].startswith(refused):
        raise OSError(lines[-1].removeprefix(refused))
    return Ended(status, lines)


def _started(
    log: Path, words: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Its stdin is the guard's leash: the guard kills the group when the pipe is closed."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD), str(log), *words],
        env=os.environ | dict(environment),
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _waited(guard: subprocess.Popen[bytes], limit: float) -> int | None:
    try:
        return guard.wait(limit)
    except subprocess.TimeoutExpired:
        return None


def _let_go(guard: subprocess.Popen[bytes]) -> None:
    if guard.stdin:
        guard.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        guard.wait(DYING)
        return
    guard.kill()
    guard.wait()


def _last(log: Path) -> tuple[str, ...]:
    """The last lines, without what would steer a terminal."""
    lines = log.read_text("utf-8", "replace").splitlines()
    shown = ("".join(one if one.isprintable() else " " for one in line).rstrip() for line in lines)
    return tuple([line for line in shown if line][-LAST_LINES:])
