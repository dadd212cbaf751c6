"""Run a command in its own process group and take it along when our stdin ends.

    python -I -S guard.py LOG COMMAND ...

Even `kill -9` of the test run closes the pipe that is our stdin, so nothing survives it. On Linux
the guard is also a subreaper, which catches what called setsid, and the command dies with it.
The directory of LOG goes too, when nobody is left to read it.
Standard library only: it must start in milliseconds.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
WORK_PREFIX = "proxytrial-"
_left = threading.Event()  # whoever started us has closed our stdin, or is gone


def main() -> None:
    libc = ctypes.CDLL(None) if LINUX else None
    if libc:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with open(sys.argv[1], "ab", buffering=0) as log:  # noqa: PTH123
        try:
            child = subprocess.Popen(
                sys.argv[2:],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=(lambda: libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)) if libc else None,
            )
        except OSError as error:
            log.write(f"cannot run {sys.argv[2]}: {error.strerror}\n".encode())
            os._exit(126)
    signal.signal(signal.SIGTERM, lambda *_: _kill_group(child.pid))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(child.pid,), daemon=True).start()
    code = child.wait()
    _kill_group(child.pid)
    _sweep()
    if _left.is_set():
        _tidy(os.path.dirname(sys.argv[1]))  # noqa: PTH120
    os._exit(code if code >= 0 else 128 - code)


def _watch(group: int) -> None:
    while os.read(0, 1):
        pass
    _left.set()
    _kill_group(group)


def _tidy(work: str) -> None:
    """Nobody will read the log any more: remove the working directory, if it is one of ours."""
    import shutil

    if os.path.basename(work).startswith(WORK_PREFIX):  # noqa: PTH119
        shutil.rmtree(work, ignore_errors=True)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _sweep() -> None:
    """Kill orphans that left the group and came back to us as their subreaper."""
    while LINUX:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as listing:  # noqa: PTH123
                children = [int(pid) for pid in listing.read().split()]
        except OSError:
            return
        if not children:
            return
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
