"""The arithmetic of the benchmarks; no time is measured here."""

import json
from pathlib import Path

import pytest

from bench.rows import Limit, Row, differences, ratios, wanted
from bench.run import NAMES, main
from bench.table import figure, spread, write


def row(*rounds: float, limit: Limit | None = None) -> Row:
    return Row("a_ratio", "this / that", rounds, "x", limit)


def test_the_figure_is_the_median_so_one_bad_round_decides_nothing() -> None:
    assert row(2.6, 2.7, 0.1, 2.8, 90.0).figure == 2.7


def test_a_row_without_rounds_is_skipped_whatever_its_limit() -> None:
    skipped = row(limit=Limit("<=", 18))
    assert (skipped.figure, skipped.state, figure(skipped)) == (None, "skipped", "-")


def test_the_spread_shows_how_far_the_rounds_lie_apart() -> None:
    assert spread(row(2.6, 0.69, 12.34)) == "rounds 0.69 to 12.3"
    assert spread(row()) == ""


def test_a_row_without_a_limit_only_reports() -> None:
    assert row(1.0).state == "report"


@pytest.mark.parametrize(
    ("sense", "at", "state"),
    [(">=", 2.5, "ok"), (">=", 2.49, "over"), ("<=", 2.5, "ok"), ("<=", 2.51, "over")],
)
def test_a_limit_is_held_up_to_and_with_its_value(sense: str, at: float, state: str) -> None:
    limit = Limit(">=" if sense == ">=" else "<=", 2.5)
    assert row(at, limit=limit).state == state


def test_the_limit_is_held_against_the_median_not_against_every_round() -> None:
    assert row(1.0, 3.0, 3.0, limit=Limit(">=", 2.5)).state == "ok"
    assert row(1.0, 1.0, 9.0, limit=Limit(">=", 2.5)).state == "over"


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios((10, 30), (5, 10)) == (2, 3)


def test_rounds_that_are_missing_are_an_error_and_not_cut_off() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios((10, 30), (5,))
    with pytest.raises(ValueError, match="shorter"):
        differences((10, 30), (5,))


def test_differences_may_be_negative() -> None:
    assert differences((1.0, 3.0), (2.0, 1.0)) == (-1.0, 2.0)


def test_only_chooses_by_glob() -> None:
    names = ("reader_small_linear", "reader_large_linear", "trace_parse")
    assert wanted(names, "reader_*") == names[:2]
    assert wanted(names, "") == names
    assert wanted(names, "nothing") == ()


def test_every_benchmark_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_a_glob_that_matches_nothing_is_an_error_of_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--only", "no_such_*"]) == 2
    assert "--only no_such_*" in capsys.readouterr().out


def test_the_file_says_figure_limit_and_state(tmp_path: Path) -> None:
    write([row(2.0, 3.0, 4.0, limit=Limit(">=", 2.5))], 0.25, tmp_path / "out" / "bench.json")
    told = json.loads((tmp_path / "out" / "bench.json").read_text())
    assert told["run"]["load"] == 0.25
    assert told["rows"][0] | {"note": ""} == {
        "name": "a_ratio",
        "compares": "this / that",
        "figure": 3.0,
        "unit": "x",
        "limit": ">= 2.5",
        "state": "ok",
        "rounds": [2.0, 3.0, 4.0],
        "note": "",
    }


@pytest.mark.parametrize(
    ("value", "text"), [(0.333, "0.33 x"), (12.34, "12.3 x"), (123.4, "123 x"), (-0.5, "-0.50 x")]
)
def test_a_figure_has_three_digits(value: float, text: str) -> None:
    assert figure(row(value)) == text
