"""The gateway's rules, and the reference as a process."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import httpx
import pytest

from targets.reference.gateway import Gateway
from tests.targets.stage import (
    FINE,
    ORIGIN,
    Said,
    Stage,
    run,
)

ROOT = Path(__file__).resolve().parents[2]


def test_gateway_breaks_off_when_the_upstream_does() -> None:
    stage = Stage(Gateway, Said(200, FINE.headers, [b"half"], breaks=True))
    with pytest.raises(httpx.ReadError):
        run(stage.chat)
    assert stage.log == ["head", "up 0", "down", "closed"]


def test_gateway_sends_on_the_request_as_it_is() -> None:
    async def sent() -> httpx.Request:
        stage = Stage(Gateway)
        await stage.ask("PUT", "/a%20b//c?x=%2F&y", content=b"\x00\xff", headers=[("X-A", "1")])
        return stage.posts[0]

    request = run(sent)
    assert (request.method, request.extensions["target"]) == ("PUT", b"/a%20b//c?x=%2F&y")
    assert request.content == b"\x00\xff"
    assert request.headers.raw == [
        (b"Host", b"upstream.invalid"),
        (b"x-a", b"1"),
        (b"content-length", b"2"),
    ]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def started(arguments: list[str], port: int) -> subprocess.Popen[bytes]:
    """The process, once it listens."""
    command = [sys.executable, str(ROOT / "targets/reference"), "--port", str(port), *arguments]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            time.sleep(0.01)
    raise AssertionError(f"ended with {process.returncode}")


def test_process_answers_its_health(tmp_path: Path) -> None:
    file, port = tmp_path / "bridge.toml", free_port()
    named = "identities = [{clearance = 'c', user_agent = 'Mozilla/5.0'}]"
    file.write_text(f"upstream = '{ORIGIN}'\nauth_tokens = ['t']\n{named}\n")
    arguments = ["--dialect", "arena", "--config", str(file), "--defect", "seed_403"]
    process = started(arguments, port)
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/api/v1/health", timeout=5) as answer:
            assert json.load(answer) == {"status": "ok"}
    finally:
        process.terminate()
        process.wait()


def test_process_refuses_a_defect_of_the_other_dialect(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(f"upstream = '{ORIGIN}'\n")
    given = [
        "--dialect",
        "transparent",
        "--config",
        str(file),
        "--defect",
        "seed_403",
        "--port",
        "1",
    ]
    command = [sys.executable, str(ROOT / "targets/reference"), *given]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert "seed_403 is a bug of dialect arena" in ended.stderr
