"""The command line lists what there is, and refuses what there is not in one line."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from contracts.judge import discover
from harness.choosing import names
from harness.cli import app
from harness.faults import catalogue
from harness.target import CHECKOUT
from targets import defects

LISTS = {
    "contracts": ("id", set(discover())),
    "faults": ("name", {kind.name for kind in catalogue()}),
    "targets": ("name", set(names())),
    "defects": ("name", set(defects.names())),
}


@pytest.mark.parametrize("command", LISTS)
def test_a_list_is_json_objects_or_a_table(command: str) -> None:
    key, wanted = LISTS[command]
    rows = json.loads(CliRunner().invoke(app, [command, "--json"]).output)
    table = CliRunner().invoke(app, [command]).output
    assert {row[key] for row in rows} == wanted
    assert all(name in table for name in wanted)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kill-matrix", "--defect", "nope"], "--defect nope: no defect has such a name"),
        (["recheck", "no/such/folder"], "no/such/folder: No such file"),
        (["report", "--results", "no/such/folder"], "run `uv run pytest` first"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments: list[str], told: str) -> None:
    command = [sys.executable, "-c", "from harness.cli import main; main()", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
