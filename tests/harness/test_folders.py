"""A temporary folder goes with its process, even if that one is killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.folders import folder


def test_what_a_dead_process_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = tmp_path / f"proxytrial-of-{int(dead.stdout)}-x"
    living = tmp_path / f"proxytrial-of-{os.getppid()}-x"
    other = tmp_path / "proxytrial-of-nobody"
    for one in (left, living, other):
        one.mkdir()
    made = folder()
    assert not left.exists()
    assert living.exists()
    assert other.exists()
    made.cleanup()
    assert not Path(made.name).exists()
