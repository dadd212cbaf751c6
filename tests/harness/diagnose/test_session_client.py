"""The sample client does the whole flow right, and each of its mistakes is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes.session_client import MISTAKES, beside, id_of
from harness.target import CHECKOUT
from tests.harness.diagnose.stage import services


def run(url: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fakes.session_client", "--base-url", url, *more]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_without_a_mistake_the_update_is_accepted(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        done = run(running.url)
    assert done.returncode == 0, done.stderr
    assert "5 chunks, id stream-" in done.stdout
    assert "update     200" in done.stdout


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_refused(mistake: str, tmp_path: Path) -> None:
    with services(tmp_path) as running:
        done = run(running.url, "--mistake", mistake)
    assert done.returncode == 1, done.stderr
    assert "update     400" in done.stdout


def test_a_refusal_before_the_stream_is_one_line(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        done = run(running.url, "--user", "user1:wrong")
    assert done.returncode == 1
    assert done.stderr.startswith("session_client: 401")
    assert len(done.stderr.strip().split("\n")) == 1


def test_the_exact_name_is_not_found_in_lower_case() -> None:
    fields = {"x-streaming-session-id": "stream-1-0a1b2c3d"}
    assert id_of(fields, "exact_case") is None
    assert id_of({"X-Streaming-Session-Id": "s"}, "exact_case") == "s"


def test_the_other_services_are_beside_port_3002() -> None:
    assert beside("http://127.0.0.1:3002", 3000) == "http://127.0.0.1:3000"
    assert beside("http://127.0.0.1:8080", 3000) == "http://127.0.0.1:8080"
