"""Who is blamed: the target, a leg, or the session service, which the proxy does not answer for."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.blame import SERVICE, TARGET, blame
from contracts.cors import actual_response_exposes_id as exposed
from contracts.fields import EXPOSE_HEADERS, SESSION_ID
from contracts.judge import discover, judge
from contracts.session import id_survives as survives
from contracts.session_examples import ID, NONE, stream, talk, update
from contracts.testing import got
from contracts.trace import Trace
from contracts.verdict import Finding
from harness.case import Case, Step
from harness.target import Target
from harness.trial import Trial
from harness.verdicts import record
from reports.message import message


def blamed(trace: Trace, identity: str) -> set[str]:
    (verdict,) = judge(trace, [identity])
    assert verdict.findings
    return {blame(trace, finding, verdict.contract.judges) for finding in verdict.findings}


def test_who_is_on_trial() -> None:
    of_service = {one.id for one in discover().values() if one.judges == "service"}
    assert {one.partition(".")[0] for one in of_service} == {"session", "usage"}
    assert {"session.correct_id_accepted", "session.owner_only"} < of_service
    assert not of_service & {"session.id_survives", "session.affinity", "session.mismatch_relayed"}
    assert [one.id for one in discover().values() if one.judges == "both"] == [
        "cors.actual_response_exposes_id"
    ]


@pytest.mark.parametrize(
    ("trace", "who"),
    [
        (exposed.BREAKS, TARGET),
        (exposed.BREAKS_ON_ERRORS, TARGET),
        (exposed.BREAKS_SERVICE, SERVICE),
    ],
)
def test_where_both_are_judged_the_tap_of_the_finding_decides(trace: Trace, who: str) -> None:
    assert blamed(trace, "cors.actual_response_exposes_id") == {who}


def test_the_service_is_blamed_also_where_its_answer_was_damaged_later() -> None:
    made = talk(stream(id="stream-12345"))
    last = made.exchanges[-1]
    assert last.ingress
    assert last.ingress.response
    stripped = replace(last.ingress.response, headers=())
    ingress = replace(last.ingress, response=stripped)
    changed = replace(made, exchanges=(*made.exchanges[:-1], replace(last, ingress=ingress)))
    assert blamed(changed, "session.correct_id_accepted") == {SERVICE}
    assert blamed(changed, "session.id_survives") == {TARGET}


def test_an_answer_that_never_came_is_the_services() -> None:
    request = talk(update()).exchanges[-1].attempts[0].egress.request
    for at in (request, None):
        assert blame(talk(update()), Finding(at, "an answer", "none"), "service") == SERVICE


def test_a_header_lost_on_the_upstream_leg_is_neither_ones() -> None:
    """The service sent it, and the target handed on what it got."""
    made = talk(stream("one"), update(NONE, 400))
    one = made.exchanges[-2]
    attempt = one.attempts[0]
    assert one.ingress
    assert attempt.egress.response
    bare = tuple(pair for pair in attempt.egress.response.headers if pair[0] != SESSION_ID)
    lost = replace(attempt.egress.response, headers=bare)
    damaged = replace(
        one,
        ingress=replace(one.ingress, response=replace(lost, tap="ingress")),
        attempts=(replace(attempt, egress=replace(attempt.egress, response=lost)),),
    )
    exchanges = (*made.exchanges[:-2], damaged, made.exchanges[-1])
    found = judge(replace(made, exchanges=exchanges))
    assert [one.contract.id for one in found if one.findings] == []


def test_the_message_names_the_service_and_shows_the_field_at_the_taps(tmp_path: Path) -> None:
    case = Case("hidden_id", "session", (Step((), "", path="/"),))
    target = Target(name="reference", summary="s", command=("x",), dialects=("session",))
    (verdict,) = judge(exposed.BREAKS_SERVICE, ["cors.actual_response_exposes_id"])
    shown = message(record(Trial(target, "", case, exposed.BREAKS_SERVICE, ()), verdict, tmp_path))
    assert "\n  blame       the session service\n" in shown
    assert f"\n  {EXPOSE_HEADERS}\n" in shown
    assert "the target" not in shown.partition("expected")[2].partition("seen in")[0]


def test_the_message_marks_the_target_where_it_changed_the_id(tmp_path: Path) -> None:
    case = Case("lost_id", "session", (Step((), "", path="/"),))
    target = Target(name="reference", summary="s", command=("x",), dialects=("session",))
    (verdict,) = judge(survives.BREAKS, ["session.id_survives"])
    shown = message(record(Trial(target, "", case, survives.BREAKS, ()), verdict, tmp_path))
    assert "^ changed by the target" in shown
    assert ID in shown


def test_the_target_is_blamed_for_what_it_did_whatever_the_leg_did_before() -> None:
    trace = talk(stream("one", gets=got(200)))
    exchange = trace.exchanges[-1]
    (attempt,) = exchange.attempts
    assert attempt.egress.response
    other = replace(attempt.egress.response, headers=((SESSION_ID, "stream-1-0f0f0f0f"),))
    behind = replace(attempt.egress, tap="upstream", response=other)
    moved = replace(exchange, attempts=(replace(attempt, upstream=behind),))
    damaged = replace(trace, exchanges=(*trace.exchanges[:-1], moved))
    assert blamed(damaged, "session.id_survives") == {TARGET}
