"""A fault on a leg does what it says, also where several chains share one process."""

from collections.abc import Iterator

import pytest

from contracts.blame import legs
from contracts.trace import Trace
from harness.case import Case
from harness.choosing import load
from harness.errors import HarnessError
from harness.trial import Trials
from mitm_addons.strip_headers import StripHeaders
from scenarios.cases import catalogue

CASES = [case for case in catalogue() if any(fault.on_leg for fault in case.faults)]
ANSWERED_THERE = ("challenge_page_on_upstream_leg", "redirect_on_upstream_leg")
ORDER_AND_CASE = (
    *("recase_headers", "reorder_headers", "buffer_stream"),
    "damage_session_header_recase",
)


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    """Both dialects at once: mitmproxy's global state must not mix their masters up."""
    made = Trials()
    yield made
    made.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.dialect}-{case.name}")
def test_fault_shows_between_the_taps(case: Case, trials: Trials) -> None:
    trace = trials.of(load("reference"), case).trace
    if case.name in ANSWERED_THERE:
        assert all(attempt.upstream is None for e in trace.exchanges for attempt in e.attempts)
    elif any(fault.kind in ORDER_AND_CASE for fault in case.faults):
        assert _pairs_differ(trace) or _held(trace)
    else:
        assert list(legs(trace))


def _pairs_differ(trace: Trace) -> bool:
    hops = [(e.client, e.ingress) for e in trace.exchanges]
    hops += [(a.egress, a.upstream) for e in trace.exchanges for a in e.attempts]
    pairs = [(a.request, b.request) for a, b in hops if a and b]
    pairs += [(a.response, b.response) for a, b in hops if a and b and a.response and b.response]
    return any(one.headers != other.headers for one, other in pairs)


def _held(trace: Trace) -> bool:
    return any(gate.missed for gate in trace.record.gates)


def test_a_fault_that_fails_is_our_own_fault_and_only_of_its_run(
    trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(addon: StripHeaders, flow: object) -> None:
        raise RuntimeError("planted")

    case = next(one for one in CASES if one.name == "strip_user_agent_on_upstream_leg")
    with monkeypatch.context() as patched:
        patched.setattr(StripHeaders, "requestheaders", fail)
        with pytest.raises(HarnessError, match=r"strip_user_agent_on_upstream_leg: .*planted"):
            trials.fresh(load("reference"), case)
    assert trials.fresh(load("reference"), case).trace.exchanges
