"""A contract that is known to be broken hides no other one, and a dead target is not shrunk."""

from pathlib import Path
from typing import cast

from hypothesis import strategies as st

from contracts.judge import discover
from contracts.testing import trial
from contracts.verdict import Verdict
from harness.case import Case
from harness.choosing import load
from harness.errors import TargetError
from harness.plan import Plan
from harness.target import Target
from harness.trial import Trial, Trials
from scenarios.asking import chat
from scenarios.search import SHRINKS, Search, drawn

ALWAYS, SELDOM = "identity.user_agent", "headers.request_forwarded"


class Court:
    """Stands in for the trials: one contract is always broken, one only for long bodies."""

    def __init__(self) -> None:
        self.asked = 0

    def fresh(self, target: Target, case: Case) -> Trial:
        self.asked += 1
        long = len(case.steps[0].body) > 20
        verdicts = (
            Verdict(discover()[ALWAYS], "fail"),
            Verdict(discover()[SELDOM], "fail" if long else "pass"),
        )
        return Trial(target, "", case, trial(dialect="transparent"), verdicts)


class Dead:
    def __init__(self) -> None:
        self.asked = 0

    def fresh(self, target: Target, case: Case) -> Trial:
        self.asked += 1
        raise TargetError("target died")


def cases() -> st.SearchStrategy[Case]:
    bodies = st.text("ab", min_size=1, max_size=40)
    return bodies.map(lambda text: Case("made", "transparent", (chat("transparent", text=text),)))


def searching(court: object, out: Path) -> Search:
    target = load("reference")
    plan = Plan((target,), tuple(discover()), (), out=out)
    return Search(target, plan, cast(Trials, court))


def test_each_broken_contract_is_told_with_its_own_smallest_case(tmp_path: Path) -> None:
    search = searching(Court(), tmp_path)
    told = [
        (record["contract"], len(found.case.steps[0].body))
        for found, records in search.records(drawn(cases()))
        for record in records
    ]
    assert told == [(ALWAYS, 1), (SELDOM, 21)]


def test_a_target_that_cannot_be_tried_is_asked_once(tmp_path: Path) -> None:
    court = Dead()
    search = searching(court, tmp_path)
    assert list(search.records(drawn(cases()))) == []
    assert search.trouble == "TARGET ERROR target died"
    assert court.asked == 1


def test_shrinking_comes_to_its_end(tmp_path: Path) -> None:
    court = Court()
    search = searching(court, tmp_path)
    sizes = st.lists(st.text("ab", min_size=1, max_size=40), min_size=8)
    many = sizes.map(
        lambda words: Case("made", "transparent", (chat("transparent", text="-".join(words)),))
    )
    told = [found for found, _ in search.records(drawn(many))]
    assert told
    assert court.asked <= 2 * (SHRINKS + 50)
