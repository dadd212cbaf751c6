"""Who is guilty of an event that did not come: the gates' fine print."""

from collections.abc import Sequence

import pytest

from contracts.judge import judge
from contracts.record import Ask, Connection, Gate, Io
from contracts.testing import call, got, sent, trial
from contracts.trace import Trace

EVENT = b"data: ~abcdef-0~ one\n\n"
MISSED = Gate("~abcdef-0~", waited=1.0, missed=2.0)
HEAD_MISSED = Gate("head", waited=1.0, missed=2.0)
PLAIN = Ask(stream=False, stream_flag="false")


def late(
    gate: Gate = MISSED,
    *,
    came: float = 1.1,
    went: float = 9.0,
    ask: Ask | None = None,
    closed: Sequence[Io] = (),
    body: bytes = EVENT,
) -> Trace:
    log = (Io(0.0, ">", data=b"POST"), *closed)
    return trial(
        call(
            (sent(at=0.1), got(200, {}, EVENT, at=came)),
            asks=sent(at=0.0),
            gets=got(200, {}, body, at=went),
            ask=ask,
        ),
        dialect="transparent",
        gates=[gate],
        connections=[Connection("ingress", 0.0, log)],
    )


CASES = [
    ("events_not_held", "fail", late()),
    ("events_not_held", "pass", late(went=1.9)),
    ("events_not_held", "untestable", late(came=2.5)),
    ("events_not_held", "untestable", late(came=1.9)),
    ("events_not_held", "untestable", late(ask=PLAIN)),
    ("events_not_held", "untestable", late(closed=[Io(1.5, ">", "rst")])),
    ("events_not_held", "untestable", late(closed=[Io(1.5, "<", "fin")])),
    ("events_not_held", "fail", late(closed=[Io(2.5, ">", "fin")])),
    ("events_not_held", "untestable", late(HEAD_MISSED)),
    ("events_not_held", "untestable", late(went=1.5, body=b"data: [DONE]\n\n")),
    ("head_before_first_event", "warn", late(HEAD_MISSED)),
    ("head_before_first_event", "pass", late(HEAD_MISSED, went=1.9)),
    ("head_before_first_event", "untestable", late(HEAD_MISSED, came=1.9)),
    ("head_before_first_event", "untestable", late(HEAD_MISSED, closed=[Io(1.5, ">", "rst")])),
    ("head_before_first_event", "untestable", late()),
]


@pytest.mark.parametrize(("name", "outcome", "trace"), CASES)
def test_verdict(name: str, outcome: str, trace: Trace) -> None:
    (verdict,) = judge(trace, [f"timing.{name}"])
    assert verdict.outcome == outcome, (verdict.reason, verdict.findings)
