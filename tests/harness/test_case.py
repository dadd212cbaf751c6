"""A case is data: it survives its file, has one id, and a corrupt file is one line."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.edge import EdgePolicy
from fakes.script import Action, Comment, Cut, Fail, Finish, HeadGate, Raw, Reply, Reset, Say, Stall
from harness.case import Case, Fault, Step, dump, load
from harness.errors import UsageError
from harness.store import write_case
from scenarios.cases import catalogue

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["\x00", "\u2028", "\u0085", "\ufeff", "\r\n", '"\\', "$key", "é", "\U0001f980", "</script>"]
)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Say, TEXTS, st.booleans()),
    st.builds(Finish, TEXTS),
    st.builds(Fail, TEXTS),
    st.builds(Comment, TEXTS),
    st.builds(Raw, TEXTS),
    st.just(HeadGate()),
    st.builds(Stall, st.integers(0, 9).map(float)),
    st.builds(Cut, st.integers(0, 99)),
    st.just(Reset()),
)
REPLIES = st.builds(
    Reply,
    st.integers(100, 599),
    PAIRS,
    st.lists(ACTIONS, max_size=4).map(tuple),
    st.sampled_from(["chunked", "length", "close"]),
    TEXTS,
    st.sampled_from(["", "gzip", "offered"]),
)
STEPS = st.builds(
    Step,
    headers=PAIRS,
    body=TEXTS,
    stream=st.booleans(),
    method=TEXTS,
    path=TEXTS,
    replies=st.lists(REPLIES, min_size=1, max_size=2).map(tuple),
    edge=st.builds(EdgePolicy, banned=st.integers(0, 3), retry_after=TEXTS),
)
SETTINGS = st.dictionaries(TEXTS, TEXTS | st.integers(-9, 9) | st.booleans(), max_size=3)
CASES = st.builds(
    Case,
    name=TEXTS,
    dialect=st.sampled_from(["arena", "transparent"]),
    steps=st.lists(STEPS, min_size=1, max_size=2).map(tuple),
    probes=st.lists(TEXTS, max_size=2).map(tuple),
    faults=st.lists(st.builds(Fault, TEXTS, st.just("client leg"), SETTINGS), max_size=2).map(
        tuple
    ),
    isolated=st.booleans(),
    seed=st.integers(0, 9),
)
GOOD = {"name": "x", "dialect": "arena", "steps": [{"headers": [], "body": ""}]}


def again(case: Case, folder: Path) -> Case:
    path = folder / "case.json"
    path.write_bytes(dump(case).encode())
    return load(path)


@pytest.mark.parametrize("case", catalogue(), ids=lambda one: f"{one.dialect}-{one.name}")
def test_every_case_of_the_catalogue_survives_its_file(case: Case, tmp_path: Path) -> None:
    read = again(case, tmp_path)
    assert read == case
    assert read.id == case.id
    assert dump(read) == dump(case)


def test_ids_of_the_catalogue_tell_its_cases_apart() -> None:
    by_id: dict[str, list[Case]] = {}
    for case in catalogue():
        by_id.setdefault(case.id, []).append(msgspec.structs.replace(case, name="", probes=()))
    assert all(one == same[0] for same in by_id.values() for one in same)
    assert len(by_id) > 100


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(case=CASES)
def test_odd_cases_survive_their_file(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    folder = tmp_path_factory.getbasetemp()
    read = again(case, folder)
    assert read == case
    assert read.id == case.id
    assert load(write_case(case, folder)) == case


def test_the_id_is_of_the_inputs_alone() -> None:
    one = catalogue()[0]
    assert msgspec.structs.replace(one, name="another", probes=("x",)).id == one.id
    assert msgspec.structs.replace(one, seed=1).id != one.id
    assert msgspec.structs.replace(one, isolated=True).id != one.id
    assert len(one.id) == 8


def test_the_order_of_settings_is_no_input() -> None:
    ab, ba = (Fault("k", "client leg", dict(pairs)) for pairs in (ORDER, reversed(ORDER)))
    one = catalogue()[0]
    assert ab == ba
    assert len({msgspec.structs.replace(one, faults=(fault,)).id for fault in (ab, ba)}) == 1


ORDER = (("a", 1), ("b", 2))


def test_an_id_stays_what_it_was() -> None:
    """Files and reports refer to it: a change of this number is a change of format."""
    assert Case("x", "arena", (Step((), ""),)).id == "8923317f"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        b"\xff\xfe",
        "[" * 5000,
        json.dumps(GOOD | {"steps": []}),
        json.dumps(GOOD | {"steps": [{}]}),
        json.dumps(GOOD | {"setps": []}),
        json.dumps(GOOD | {"faults": [{"kind": "x", "where": "nowhere"}]}),
        json.dumps(GOOD | {"steps": [{"headers": [["a"]], "body": ""}]}),
        json.dumps(GOOD | {"steps": [{"headers": [], "body": "", "replies": []}]}),
        json.dumps(GOOD | {"steps": [{"headers": [], "body": "", "edge": {"bann": 1}}]}),
        json.dumps(GOOD | {"steps": [{"headers": [], "body": "", "replies": [{"body": [{}]}]}]}),
        json.dumps(
            GOOD
            | {
                "steps": [
                    {"headers": [], "body": "", "replies": [{"body": [{"type": "cut", "n": 1}]}]}
                ]
            }
        ),
    ],
)
def test_a_corrupt_file_is_one_line_that_names_it(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(caught.value).startswith(f"case file {path} is corrupt: ")
    assert "\n" not in str(caught.value)


def test_the_smallest_file_is_good(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(GOOD))
    assert load(path) == Case("x", "arena", (Step((), ""),))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    for path, told in ((tmp_path / "none.json", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(UsageError, match=told) as caught:
            load(path)
        assert str(path) in str(caught.value)


def test_faults_are_told_by_their_place() -> None:
    case = Case(
        "x", "arena", (Step((), ""),), faults=(Fault("a", "client leg"), Fault("b", "upstream"))
    )
    assert case.leg("client leg") == (case.faults[0],)
    assert [fault.on_leg for fault in case.faults] == [True, False]
    assert case.faults[0].note().kind == "a"
