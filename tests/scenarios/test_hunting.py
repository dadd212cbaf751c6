"""The made-up talks find bugs by themselves; all of them stand in docs/session-machine.md."""

import pytest

from contracts.testing import call, got, sent, trial
from contracts.trace import Trace
from harness.choosing import load
from harness.trial import Trial
from scenarios.asking import case, chat
from scenarios.hunting import Found, hunt
from scenarios.session_machine import differences


@pytest.mark.parametrize("bug", ["mismatch_tells_id", "id_of_other_session_accepted"])
def test_a_bug_is_found_as_what_it_declares(bug: str) -> None:
    found, effort, _ = hunt(bug)
    assert isinstance(found, Found)
    assert 0 < effort.talks < effort.requests


def tried(trace: Trace) -> Trial:
    return Trial(load("reference"), "", case("x", "session", chat("transparent")), trace, ())


def test_another_status_than_the_models_is_told() -> None:
    made = trial(call(gets=got(200)), call(gets=got(409)), call(gets=got(500)), dialect="session")
    assert differences(tried(made), [200, 200, 0]) == [
        "step 2, POST /v1/chat/completions HTTP/1.1: 200 is right, 409 came"
    ]


def test_an_update_without_an_id_says_nothing_of_the_service() -> None:
    update = sent(body={"streamingSessionId": ""})
    made = trial(call(asks=update, gets=got(400)), dialect="session")
    assert differences(tried(made), [200]) == []
