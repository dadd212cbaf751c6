"""The table at the end: each contract by its worst outcome, declared violations among them."""

import io
from typing import Any

import pytest
from rich.console import Console

from reports.summary import outcome, show, tally, worst

ORDER = ("fail", "harness_error", "warn", "expected", "pass", "untestable", "not_applicable")


def record(
    verdict: str, contract: str = "end.x", case: str = "c", **changed: Any
) -> dict[str, Any]:
    known = {
        "target": "odd",
        "defect": "",
        "dialect": "arena",
        "contract": contract,
        "level": "MUST",
        "verdict": verdict,
        "expected": "",
        "case": case,
        "legs": [],
    }
    return known | changed


def shown(*records: dict[str, Any]) -> list[str]:
    paper = io.StringIO()
    show(list(records), Console(file=paper, width=140, no_color=True, highlight=False))
    return [line.rstrip() for line in paper.getvalue().split("\n") if line.strip()]


def row(lines: list[str], contract: str) -> list[str]:
    (line,) = [line for line in lines if line.startswith(contract + " ")]
    return line.split()


def test_a_row_counts_outcomes_and_names_the_first_case_that_broke() -> None:
    lines = shown(
        record("pass", case="one"),
        record("fail", case="two"),
        record("fail", case="three"),
        record("untestable", case="four"),
        record("pass", "end.y"),
    )
    assert lines[0] == "odd"
    assert lines[1].split() == [
        *("contract", "level", "verdict", "passed", "broken", "untestable"),
        *("first", "broken", "in"),
    ]
    assert row(lines, "end.x") == ["end.x", "MUST", "FAIL", "1", "2", "1", "two"]
    assert row(lines, "end.y") == ["end.y", "MUST", "pass", "1"]
    assert lines[-1] == "FAIL 1, pass 1"


@pytest.mark.parametrize("position", range(len(ORDER)))
def test_the_worst_outcome_is_shown(position: int) -> None:
    records = [
        record("fail", expected="known") if name == "expected" else record(name)
        for name in reversed(ORDER[position:])
    ]
    ((_, counts),) = tally(records).items()
    assert worst(counts) == ORDER[position]


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        ("fail", "FAIL"),
        ("harness_error", "HARNESS ERROR"),
        ("warn", "warn"),
        ("pass", "pass"),
        ("untestable", "untestable"),
        ("not_applicable", "not applicable"),
    ],
)
def test_each_outcome_has_its_word(verdict: str, word: str) -> None:
    lines = shown(record(verdict))
    assert " ".join(row(lines, "end.x")[2:]).startswith(word)
    assert lines[-1] == f"{word} 1"


def test_a_declared_violation_is_expected_and_still_counted_as_broken() -> None:
    lines = shown(record("pass"), record("fail", case="slow", expected="buffers by default"))
    assert row(lines, "end.x") == ["end.x", "MUST", "expected", "1", "1", "slow"]
    assert outcome(record("warn", expected="known")) == "expected"
    assert outcome(record("warn")) == "warn"


def test_targets_and_defects_have_tables_of_their_own() -> None:
    lines = shown(
        record("pass"),
        record("fail", target="reference", defect="seed_403"),
        record("pass", target="reference"),
    )
    assert [line for line in lines if " " not in line] == [
        "odd",
        "reference[seed_403]",
        "reference",
    ]
    assert lines[-1] == "FAIL 1, pass 2"


def test_contracts_stand_in_order_and_levels_apart() -> None:
    lines = shown(record("pass", "b.x"), record("warn", "a.x", level="SHOULD"))
    assert [line.split()[:2] for line in lines[2:4]] == [["a.x", "SHOULD"], ["b.x", "MUST"]]


def test_what_the_legs_did_is_told_once_a_case() -> None:
    clause = "request User-Agent: removed by the upstream leg"
    lines = shown(*(record("pass", f"end.{n}", legs=[clause]) for n in range(3)))
    assert lines.count(f"  c (odd, arena): {clause}") == 1


def test_without_records_nothing_is_shown() -> None:
    assert shown() == []


def test_what_many_legs_did_is_only_counted() -> None:
    clause = "request User-Agent: removed by the upstream leg"
    lines = shown(*(record("pass", "end.x", case=f"case_{n}", legs=[clause]) for n in range(21)))
    assert "acted in 21 cases" in " ".join(lines)
    assert clause not in " ".join(lines)
