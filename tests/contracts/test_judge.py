"""The court: what makes a contract not applicable, untestable, or our own error."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType

import pytest

from contracts import judge as court
from contracts.judge import discover, judge, matching
from contracts.testing import call, sent, trial
from contracts.trace import Trace
from contracts.verdict import DIALECTS, Contract, Finding, Need, Verdict, contract

TRACE = trial(call(sent()))
MET, UNMET = Need("what is there", lambda _: True), Need("the moon", lambda _: False)


def holds(trace: Trace) -> Iterator[Finding]:
    yield from ()


def breaks(trace: Trace) -> Iterator[Finding]:
    yield Finding(None, "this", "that")


def raises(trace: Trace) -> Iterator[Finding]:
    yield Finding(None, "this", "that")
    raise ZeroDivisionError("oops")


def made(name: str, check: Callable[[Trace], Iterator[Finding]], **more: object) -> Contract:
    known: dict[str, object] = {
        "id": f"made.{name}",
        "level": "MUST",
        "applies": "all",
        "judges": "target",
        "statement": "s",
        "basis": "b",
        "seen": (),
        "given": (),
        "needs": (),
        "after": (),
        "check": check,
    }
    return Contract(**(known | more))  # type: ignore[arg-type]


@pytest.fixture
def sits(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Verdict]]:
    """The court over these contracts alone; its verdicts by name."""

    def verdicts(*contracts: Contract, trace: Trace = TRACE) -> dict[str, Verdict]:
        found = MappingProxyType({one.id: one for one in contracts})
        monkeypatch.setattr(court, "discover", lambda: found)
        return {one.contract.id.removeprefix("made."): one for one in judge(trace)}

    return verdicts


Court = Callable[..., dict[str, Verdict]]


@pytest.mark.parametrize(
    ("check", "level", "outcome", "findings"),
    [
        (holds, "MUST", "pass", 0),
        (holds, "SHOULD", "pass", 0),
        (breaks, "MUST", "fail", 1),
        (breaks, "SHOULD", "warn", 1),
        (raises, "MUST", "harness_error", 0),
    ],
)
def test_findings_decide_by_the_level(
    sits: Court,
    check: Callable[[Trace], Iterator[Finding]],
    level: str,
    outcome: str,
    findings: int,
) -> None:
    verdict = sits(made("one", check, level=level))["one"]
    assert (verdict.outcome, len(verdict.findings)) == (outcome, findings)
    assert verdict.reason == ("ZeroDivisionError: oops" if outcome == "harness_error" else "")


@pytest.mark.parametrize("dialect", ["arena", "openai", "transparent", "session"])
@pytest.mark.parametrize("applies", list(DIALECTS))
def test_another_dialect_is_not_applicable(sits: Court, dialect: str, applies: str) -> None:
    verdict = sits(made("one", breaks, applies=applies), trace=trial(call(sent()), dialect=dialect))
    speaks = dialect in dict(DIALECTS)[applies]  # type: ignore[index]
    assert verdict["one"].outcome == ("fail" if speaks else "not_applicable")
    assert verdict["one"].reason == ("" if speaks else f"not for the dialect {dialect}")


def test_conditions_come_before_prerequisites_and_both_before_the_check(sits: Court) -> None:
    found = sits(
        made("given", raises, given=(MET, UNMET), needs=(UNMET,)),
        made("needs", raises, given=(MET,), needs=(MET, UNMET, UNMET)),
        made("good", breaks, given=(MET,), needs=(MET,)),
    )
    assert (found["given"].outcome, found["given"].reason) == (
        *("not_applicable", "the target has not the moon"),
    )
    assert (found["needs"].outcome, found["needs"].reason) == (
        *("untestable", "the run has not the moon nor the moon"),
    )
    assert found["good"].outcome == "fail"


def test_a_broken_prerequisite_makes_its_consequences_untestable(sits: Court) -> None:
    found = sits(
        made("third", breaks, after=("made.second",)),
        made("second", breaks, after=("made.first",)),
        made("first", breaks),
        made("after_a_pass", breaks, after=("made.fine",)),
        made("after_a_warning", breaks, after=("made.soft",)),
        made("after_an_error", breaks, after=("made.ours",)),
        made("fine", holds),
        made("soft", breaks, level="SHOULD"),
        made("ours", raises),
    )
    assert found["first"].outcome == "fail"
    assert (found["second"].outcome, found["second"].reason) == (
        *("untestable", "made.first is broken here"),
    )
    assert found["third"].outcome == "fail"  # what is untestable is no breach
    for name in ("after_a_pass", "after_a_warning", "after_an_error"):
        assert found[name].outcome == "fail"


def test_each_contract_is_asked_once(sits: Court) -> None:
    asked: list[str] = []

    def counts(trace: Trace) -> Iterator[Finding]:
        asked.append("x")
        yield from ()

    sits(
        made("one", counts),
        made("two", holds, after=("made.one",)),
        made("three", holds, after=("made.one",)),
    )
    assert asked == ["x"]


def test_a_prerequisite_that_raises_is_our_own_error(sits: Court) -> None:
    def wrong(trace: Trace) -> bool:
        raise KeyError("x")

    verdict = sits(made("one", holds, needs=(Need("x", wrong),)))["one"]
    assert (verdict.outcome, verdict.reason) == ("harness_error", "KeyError: 'x'")


def test_the_contracts_named_are_judged_in_the_order_of_discovery() -> None:
    ids = tuple(discover())
    asked = (ids[5], ids[2])
    assert [one.contract.id for one in judge(TRACE, asked)] == [ids[2], ids[5]]
    assert [one.contract.id for one in judge(TRACE)] == list(ids)


def test_judging_again_says_the_same() -> None:
    assert judge(TRACE) == judge(TRACE)


def test_every_contract_says_who_what_and_why() -> None:
    for identity, one in discover().items():
        assert one.id == identity
        assert one.family in identity
        assert one.statement.endswith(".")
        assert one.basis
        assert set(one.after) <= set(discover())
        assert identity not in one.after


def test_an_empty_trace_is_no_error_to_any_contract() -> None:
    for dialect in ("arena", "openai", "transparent", "session"):
        empty = Trace(replace(TRACE.record, dialect=dialect, asks=()))
        assert {one.outcome for one in judge(empty)} <= {"untestable", "not_applicable", "pass"}


def test_globs_choose_contracts() -> None:
    assert matching(()) == tuple(discover())
    assert matching(["identity.user_*"]) == ("identity.user_agent",)
    assert set(matching(["end.*", "end.content*"])) == {i for i in discover() if i[:4] == "end."}
    with pytest.raises(KeyError, match=r"nothing\.\*"):
        matching(["end.*", "nothing.*"])


def test_a_contract_needs_a_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.__doc__", "Only a sentence.")
    with pytest.raises(ValueError, match="Basis"):
        contract("MUST")(holds)


def test_a_docstring_tells_sentence_basis_and_places(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "It\nholds.\n\nMore.\n\nBasis: RFC 1,\n2.\nBroken in: a/b#1 (x), c-d/e.f#22; no-place#3."
    monkeypatch.setattr(f"{__name__}.__doc__", text)
    one = contract("SHOULD", applies="bridge")(holds)
    assert (one.id, one.statement, one.basis) == ("contracts.test_judge", "It holds.", "RFC 1, 2")
    assert one.seen == ("a/b#1", "c-d/e.f#22")
    assert one.speaks_to("arena")
    assert not one.speaks_to("transparent")
