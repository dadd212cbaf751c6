"""Every contract judges its own examples right, and does not pass a trace without its subject."""

import importlib

import pytest

from contracts.judge import discover, judge
from contracts.testing import trial
from contracts.trace import Trace
from contracts.verdict import DIALECTS, Contract

CONTRACTS = list(discover().values())


def _examples(one: Contract, prefix: str) -> dict[str, Trace]:
    module = importlib.import_module(f"contracts.{one.id}")
    return {name: value for name, value in vars(module).items() if name.startswith(prefix)}


def _cases(prefix: str) -> list[object]:
    return [
        pytest.param(one, trace, id=f"{one.id}-{name}")
        for one in CONTRACTS
        for name, trace in _examples(one, prefix).items()
    ]


@pytest.mark.parametrize(("one", "trace"), _cases("HOLDS"))
def test_holding_example_passes(one: Contract, trace: Trace) -> None:
    (verdict,) = judge(trace, [one.id])
    assert (verdict.outcome, verdict.findings, verdict.reason) == ("pass", (), "")


@pytest.mark.parametrize(("one", "trace"), _cases("BREAKS"))
def test_breaking_example_is_convicted(one: Contract, trace: Trace) -> None:
    (verdict,) = judge(trace, [one.id])
    wanted = "fail" if one.level == "MUST" else "warn"
    assert verdict.outcome == wanted, verdict.reason
    assert verdict.findings


@pytest.mark.parametrize(("one", "trace"), [*_cases("HOLDS"), *_cases("BREAKS")])
def test_judging_twice_gives_the_same(one: Contract, trace: Trace) -> None:
    assert judge(trace, [one.id]) == judge(trace, [one.id])


@pytest.mark.parametrize("one", CONTRACTS, ids=lambda one: one.id)
def test_contract_has_its_sentence_and_both_examples(one: Contract) -> None:
    assert one.statement.endswith(".")
    assert one.basis
    assert _examples(one, "HOLDS")
    assert _examples(one, "BREAKS")
    assert one.needs or one.given, "without a prerequisite it would pass on nothing"


@pytest.mark.parametrize("one", CONTRACTS, ids=lambda one: one.id)
@pytest.mark.parametrize("dialect", DIALECTS["all"])
def test_empty_trace_is_never_a_pass(one: Contract, dialect: str) -> None:
    (verdict,) = judge(trial(dialect=dialect), [one.id])
    assert verdict.outcome in ("untestable", "not_applicable")


def test_every_prerequisite_names_a_contract() -> None:
    known = discover()
    missing = {(one.id, name) for one in CONTRACTS for name in one.after if name not in known}
    assert not missing
