"""The message of a broken contract, as a person reads it."""

from typing import Any

import pytest

from reports.message import LABEL, TAPS, WIDTH, headline, hop_table, message, shorten

MOZILLA, HTTPX = "Mozilla/5.0 (X11)", "python-httpx/0.28.1"


def finding(**changed: Any) -> dict[str, Any]:
    known = {
        "tap": "egress",
        "why": "on a stream request",
        "expected": [MOZILLA],
        "actual": [HTTPX],
        "header": "User-Agent",
        "hops": dict(zip(TAPS, ([MOZILLA], [MOZILLA], [HTTPX], [HTTPX]), strict=True)),
        "culprit": "the target",
        "edge": ["403, rule library_user_agent"],
        "exchange": 1,
        "attempt": 2,
        "direction": "request",
    }
    return known | changed


def record(*findings: dict[str, Any], **changed: Any) -> dict[str, Any]:
    known = {
        "target": "reference",
        "defect": "seed_403",
        "dialect": "arena",
        "case": "stream_ok",
        "faults": [],
        "contract": "identity.user_agent",
        "level": "MUST",
        "verdict": "fail",
        "reason": "",
        "findings": list(findings),
        "blame": "the target",
        "legs": [],
        "statement": "Every upstream request carries the User-Agent that the target declares.",
        "basis": "RFC 9110 10.1.5",
        "seen": ["a/b#1", "c/d#2", "e/f#3"],
        "expected": "",
        "trace": "reports/out/traces/x.json",
        "replay": "uv run pytest --target reference --case reports/out/cases/3f.json",
    }
    return known | changed


GOLDEN = """\
FAILED identity.user_agent  reference[seed_403] · arena · case stream_ok · no fault
  Every upstream request carries the User-Agent that the target declares.

  expected    Mozilla/5.0 (X11)
  actual      python-httpx/0.28.1
  namely      on a stream request
  where       request at egress, request 1, attempt 2

  User-Agent
              client               ingress              egress               upstream
              Mozilla/5.0 (X11)    Mozilla/5.0 (X11)    python-httpx/0.28.1  python-httpx/0.28.1
                                                        ^ changed by the target
  edge        403, rule library_user_agent

  blame       the target
  seen in     a/b#1 and 2 more
  basis       RFC 9110 10.1.5
  trace       reports/out/traces/x.json
  again       uv run pytest --target reference --case reports/out/cases/3f.json"""


def test_the_whole_message() -> None:
    assert message(record(finding())) == GOLDEN


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"verdict": "warn"}, "WARNED identity.user_agent  reference[seed_403] · "),
        ({"verdict": "harness_error"}, "HARNESS ERROR identity.user_agent  "),
        ({"verdict": "pass"}, "pass identity.user_agent  "),
        ({"defect": ""}, "FAILED identity.user_agent  reference · arena · case stream_ok · no"),
        ({"faults": ["cut", "slow"]}, " · case stream_ok · fault cut, slow"),
    ],
)
def test_the_headline_says_what_where_and_with_which_fault(
    changed: dict[str, Any], line: str
) -> None:
    assert line in headline(record(**changed))
    assert "\n" not in headline(record(**changed))


@pytest.mark.parametrize(
    ("direction", "culprit", "values", "column"),
    [
        ("request", "the client leg", ("a", "b", "b", "b"), "ingress"),
        ("request", "the target", ("a", "a", "b", "b"), "egress"),
        ("request", "the upstream leg", ("a", "a", "a", "b"), "upstream"),
        ("response", "the upstream leg", ("b", "b", "b", "a"), "egress"),
        ("response", "the target", ("b", "b", "a", "a"), "ingress"),
        ("response", "the client leg", ("b", "a", "a", "a"), "client"),
    ],
)
@pytest.mark.parametrize("long", [1, 60])
def test_the_mark_is_under_the_first_column_that_differs(
    direction: str, culprit: str, values: tuple[str, ...], column: str, long: int
) -> None:
    hops = {tap: [value * long] for tap, value in zip(TAPS, values, strict=True)}
    lines = list(hop_table(finding(direction=direction, culprit=culprit, hops=hops)))
    name, heads, cells, mark = lines
    assert name == "  User-Agent"
    assert heads.index(column) == mark.index("^")
    assert mark.strip() == f"^ changed by {culprit}"
    starts = [heads.index(tap) for tap in TAPS]
    assert [cells[at] for at in starts] == list(values)
    assert all(cells[at - 1] == " " for at in starts)
    assert all(starts[n + 1] - starts[n] <= WIDTH for n in range(3))


@pytest.mark.parametrize(
    ("culprit", "values"),
    [("", ("a", "a", "b", "b")), ("the target", ("a", "a", "a", "a"))],
)
def test_there_is_no_mark_where_no_hop_changed_it(culprit: str, values: tuple[str, ...]) -> None:
    hops = {tap: [value] for tap, value in zip(TAPS, values, strict=True)}
    assert len(list(hop_table(finding(culprit=culprit, hops=hops)))) == 3


def test_what_is_absent_empty_repeated_or_never_came_is_told_apart() -> None:
    hops = {"client": ["a", ""], "ingress": [""], "egress": [], "upstream": None}
    cells = list(hop_table(finding(hops=hops)))[2]
    found = [cell.strip() for cell in cells.split("  ") if cell.strip()]
    assert found == ["a | (empty)", "(empty)", "(absent)", "(not reached)"]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc…fg"),
        ("0123456789" * 9, 10, "012345…789"),
        ("", 4, ""),
    ],
)
def test_a_long_value_is_cut_in_the_middle(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown
    assert len(shorten(text, width)) <= width


def test_long_values_keep_both_ends_in_the_table() -> None:
    value = "begin" + "-" * 200 + "end"
    cells = list(hop_table(finding(hops={tap: [value] for tap in TAPS})))[2]
    assert cells.count("begin") == cells.count("end") == 4
    assert len(cells) <= 2 + LABEL + 4 * WIDTH


def test_only_three_findings_are_told_in_full() -> None:
    text = message(record(*(finding(why=f"number {n}") for n in range(5))))
    assert [f"number {n}" in text for n in range(5)] == [True] * 3 + [False] * 2
    assert "  and 2 findings more of this kind" in text
    assert "more of this kind" not in message(record(*(finding() for _ in range(3))))


def test_an_error_of_ours_has_its_reason_and_no_finding() -> None:
    text = message(record(verdict="harness_error", reason="KeyError: 'x'", blame="", seen=[]))
    assert text.startswith("HARNESS ERROR ")
    assert "\n  KeyError: 'x'\n" in text
    assert "expected" not in text
    assert "seen in" not in text


def test_a_finding_without_a_place_has_no_table() -> None:
    bare = finding(tap="", hops={}, edge=[], why="", expected="", actual=0, header="")
    for name in ("exchange", "attempt", "direction"):
        del bare[name]
    text = message(record(bare))
    assert "expected    (none)" in text
    assert "actual      0" in text
    for label in ("where", "namely", "edge", "User-Agent\n"):
        assert f"  {label}" not in text


def test_what_the_legs_did_is_told() -> None:
    clause = "request User-Agent: removed by the upstream leg"
    assert f"  fault       {clause}\n" in message(record(finding(), legs=[clause]))


def test_lines_of_the_sentence_are_short() -> None:
    text = message(record(finding(), statement="many words " * 40))
    assert all(len(line) <= 100 for line in text.split("\n")[1:8])


def test_the_request_is_named() -> None:
    asked = "POST /api/chat/sessions/0123456789abcdef01234567/update-stream"
    assert f"  asked       {asked}\n" in message(record(finding(asked=asked)))
