"""The made-up talks find bugs by themselves; all of them stand in docs/session-machine.md."""

import pytest

from scenarios.hunting import Found, hunt
from scenarios.session_machine import Unexplained


@pytest.mark.parametrize("bug", ["id_compared_loosely", "mismatch_tells_id"])
def test_a_bug_is_found_as_what_it_declares(bug: str) -> None:
    found, effort, _ = hunt(bug)
    assert isinstance(found, Found)
    assert 0 < effort.talks < effort.requests


def test_what_no_contract_forbids_is_found_by_the_model() -> None:
    found, _, _ = hunt("second_stream_allowed")
    assert isinstance(found, Unexplained)
    assert "409 is right, 200 came" in str(found)
