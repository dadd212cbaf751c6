"""Bugs in plain sight are noticed beside a verdict, and a stream that loses its id is a cause."""

from pathlib import Path

import pytest

from harness.diagnose.showing import show
from harness.diagnose.walk import walk
from tests.harness.diagnose.stage import services


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ("mismatch_tells_id", "tells the right one"),
        ("second_update_overwrites", "changed what is stored"),
    ],
)
def test_a_bug_in_plain_sight_is_noticed(defect: str, told: str, tmp_path: Path) -> None:
    with services(tmp_path, defect) as running:
        report = walk(running.settings)
    assert len(report.verdict.notes) == 1
    assert told in report.verdict.notes[0]
    assert show(report, as_json=True) != 0


def test_a_second_stream_that_takes_the_id_away_is_id_storage(tmp_path: Path) -> None:
    with services(tmp_path, "second_stream_allowed", overlap=True) as running:
        found = walk(running.settings).verdict
    assert found.cause == "id storage"
    assert "the id of the first stream of two at once: 400" in found.evidence[1]
