"""The command: exit status, one JSON object, one line for bad input, and no secret anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app, main
from harness.diagnose.evidence import Step, Verdict
from harness.diagnose.showing import show
from harness.diagnose.walk import STEPS, Report
from harness.target import CHECKOUT
from tests.harness.diagnose.stage import services


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", "diagnose", *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_walk_prints_its_steps_and_one_json_object(tmp_path: Path) -> None:
    with services(tmp_path, defect="id_header_renamed") as running:
        who = {"PROXYTRIAL_LOGIN": "user2:User1@123"}
        done = run("--base-url", running.url, "--json", "--hold", "0.1", **who)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == [*("verdict", "cause", "evidence", "fix", "contracts", "notes", "steps")]
    assert told["cause"] == "header name mismatch"
    assert [step["name"] for step in told["steps"]] == [name for name, _ in STEPS]
    assert all(list(step) == ["name", "outcome", "did", "saw"] for step in told["steps"])
    assert len(done.stderr.strip().split("\n")) == len(STEPS)
    assert "User1@123" not in done.stdout + done.stderr
    assert "eyJ" not in done.stdout + done.stderr


def test_all_well_is_status_0(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        done = run("--base-url", running.url, "--hold", "0.1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().split("\n")[-1] == "ALL WELL as to the nine causes"


REPORT = Report(
    (Step("storage", "bad", "updated", "the id [of] a stream: 200"),),
    Verdict("cause found", "id storage", ("accepted [red]",), "Store it.", ("session.affinity",)),
)


def test_a_pipe_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(REPORT, as_json=False) == 1
    lines = capsys.readouterr().out.split("\n")
    assert "the id [of] a stream: 200" in lines[1]
    assert lines[3:7] == [
        "CAUSE FOUND: id storage",
        "evidence   accepted [red]",
        "fix        Store it.",
        "contracts  session.affinity",
    ]


def test_no_known_cause_is_status_2() -> None:
    assert show(Report((), Verdict("cannot tell", "", ("events: none",))), as_json=True) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--base-url is needed"),
        (["--base-url", "nowhere"], "--base-url nowhere: an address such as"),
        (["--base-url", "http://127.0.0.1:1"], "nobody listens there"),
        (["--base-url", "http://x", "--client", ""], "--client: a command is needed"),
        (["--base-url", "http://x", "--through", ""], "--through : an address such as"),
        (["--base-url", "http://x", "--login", "me"], "--login: USER:PASSWORD is needed"),
        (["--base-url", "http://x", "--map", "none.toml"], "--map none.toml: No such file"),
        (["--base-url", "http://x", "--defect", "seed_403"], "--defect goes with `diagnose 403`"),
        (["403", "--client", "x"], "--client goes with `diagnose mismatch`"),
        (["403", "--target", "nope"], "unknown target 'nope'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["proxytrial", "diagnose", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    lines = [line for line in said.strip().split("\n") if line != "1/20 health"]
    assert ended.value.code == 2, said
    assert len(lines) == 1
    assert lines[0].startswith("proxytrial: ")
    assert told in lines[0]


def test_the_help_shows_examples() -> None:
    shown = CliRunner().invoke(app, ["diagnose", "--help"]).output
    assert "proxytrial diagnose --base-url http://127.0.0.1:3002" in shown
    assert "proxytrial diagnose 403 --defect seed_403" in shown
