"""A running `proxytrial serve session`, as a person sees it in a terminal."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from harness.target import CHECKOUT

COMMAND = [sys.executable, "-c", "from harness.cli import main; main()", "serve", "session"]
FREE = ["--auth-port", "0", "--accounting-port", "0", "--chat-port", "0"]
URL = re.compile(r"(auth|accounting|chat) (http://\S+)")


class Terminal:
    """introduction: what it printed before the first request. urls: by service."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *FREE, "--data", str(folder), *options],
            cwd=CHECKOUT,
            env={**os.environ, "NO_COLOR": "1"},
            text=True,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.lines = self.process.stdout
        self.introduction: list[str] = []
        for line in self.lines:
            self.introduction.append(line.rstrip("\n"))
            if "Each request:" in line:
                break
        self.urls = dict(URL.findall(self.introduction[0]))

    def ask(self, method: str, service: str, path: str, **asked: Any) -> Any:
        """What the JSON of the answer says."""
        url = f"{self.urls[service]}{path}"
        return httpx.request(method, url, trust_env=False, **asked).json()

    def stop(self, number: int = signal.SIGINT) -> str:
        """The rest of what it printed; it has ended with exit status 0."""
        self.process.send_signal(number)
        rest = self.lines.read()
        assert self.process.wait() == 0
        return rest


@contextmanager
def terminal(folder: Path, *options: str) -> Iterator[Terminal]:
    one = Terminal(folder, *options)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        one.lines.close()
