"""Temporary folders of this process; what killed processes left behind is swept on the way."""

import os
import re
import shutil
import tempfile
from pathlib import Path

NAME = re.compile(r"proxytrial-of-(\d+)-")


def folder() -> "tempfile.TemporaryDirectory[str]":
    """A new folder, removed by its `cleanup()`, or by a later call if this process is killed."""
    _sweep(Path(tempfile.gettempdir()))
    return tempfile.TemporaryDirectory(prefix=f"proxytrial-of-{os.getpid()}-")


def _sweep(place: Path) -> None:
    for path in place.glob("proxytrial-of-*"):
        found = NAME.match(path.name)
        if found and not _lives(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
