"""Each of the nine causes, made by the switch that the document names, is the one that is found."""

import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.diagnose.settings import Settings
from harness.diagnose.walk import Report, walk
from harness.ports import Port
from harness.target import CHECKOUT
from targets.defects.id_committed_late import IdCommittedLate
from tests.harness.diagnose.stage import Running, sample, services

DOCUMENT = CHECKOUT / "docs" / "streaming-session-id.md"
CAUSES = [
    *("missing extraction", "header name mismatch", "case sensitivity", "fallback id generation"),
    *("session expiration", "id storage", "race condition"),
    *("headers modified by proxies", "CORS configuration"),
]
PATIENCE = 120.0  # seconds after which a proxy that never listens is given up


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the document's table of causes."""

    cause: str
    how: str
    says: str

    def switch(self, name: str) -> str:
        found = re.search(rf"--{name} (\w+)", self.how)
        return found[1] if found else ""

    @property
    def proxy(self) -> str:
        found = re.search(r"`uv run (mitmdump [^`]+)`", self.how)
        return found[1] if found else ""


def rows() -> list[Row]:
    section = DOCUMENT.read_text("utf-8").partition("## See each cause")[2]
    lines = section.partition("\n## ")[0].split("\n")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(*found) for found in cells if len(found) == 3 and found[0] in CAUSES]


@contextmanager
def proxy_of(line: str, upstream: int) -> Iterator[str]:
    """Run the document's mitmdump line, with ports of our own; its URL."""
    port = Port()
    told = line.replace("127.0.0.1:3002", f"127.0.0.1:{upstream}")
    told = told.replace("127.0.0.1:8080", f"127.0.0.1:{port.number}")
    program, *arguments = shlex.split(told)
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as started:
        try:
            _until_it_listens(started, port.number)
            yield f"http://127.0.0.1:{port.number}"
        finally:
            started.kill()
            port.release()


def _until_it_listens(started: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if started.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise AssertionError(f"the proxy does not listen, exit status {started.poll()}")


def made(row: Row, folder: Path) -> Report:
    """Make the row's cause, and walk."""
    with ExitStack() as stack:
        running = stack.enter_context(services(folder, row.switch("defect")))
        return walk(_asked(row, running, stack))


def _asked(row: Row, running: Running, stack: ExitStack) -> Settings:
    settings = running.settings
    if mistake := row.switch("mistake"):
        return replace(settings, client=sample(mistake))
    if row.proxy:
        return replace(settings, through=stack.enter_context(proxy_of(row.proxy, running.port)))
    if row.switch("defect") == "id_committed_late":  # by the loop's clock, which only time moves
        late = 1.5 * IdCommittedLate.COMMIT_DELAY
        return replace(settings, delays=(late,), wait=time.sleep)
    return settings


def test_the_document_has_a_row_for_each_cause() -> None:
    assert [row.cause for row in rows()] == CAUSES


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_is_found_and_nothing_is_written(
    cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(one for one in rows() if one.cause == cause)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(empty)
    found = made(row, tmp_path / "services").verdict
    assert (found.verdict, found.cause) == ("cause found", row.cause)
    assert any(row.says.strip("`") in line for line in found.evidence), found.evidence
    assert list(empty.iterdir()) == []


def test_a_healthy_system_is_all_well(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        report = walk(running.settings)
    assert report.verdict.verdict == "all well"
    assert {step.outcome for step in report.steps} == {"ok", "skipped"}


def test_a_healthy_system_with_a_client_and_a_proxy_is_all_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    transparent = "mitmdump --mode reverse:http://127.0.0.1:3002@127.0.0.1:8080"
    with services(tmp_path, overlap=True) as running, proxy_of(transparent, running.port) as proxy:
        report = walk(replace(running.settings, client=sample(), through=proxy))
    assert report.verdict.verdict == "all well", report.verdict
    assert [step.name for step in report.steps if step.outcome == "skipped"] == [
        "delay sensitivity"
    ]
