"""Every planted bug is a file with a story; the kill matrix proves that it breaks what it says."""

import sys

import pytest

from contracts.judge import discover
from fakes.services.accounting import Accounting
from fakes.services.auth import Auth
from fakes.services.chat import Chat
from harness.kill_matrix import complaints, matrix, try_defect
from scenarios.cases import catalogue
from targets.defects import dialect_of, load, names, place_of
from targets.reference.bridge import Bridge
from targets.reference.gateway import Gateway
from targets.reference.session_gateway import SessionGateway

CHANGED: dict[str, tuple[type, ...]] = {
    "bridge": (Bridge,),
    "gateway": (Gateway,),
    "session gateway": (SessionGateway,),
    "service": (Auth, Accounting, Chat),
}


@pytest.mark.parametrize("name", names())
def test_defect_tells_its_story(name: str) -> None:
    kind = load(name)
    story = sys.modules[kind.__module__].__doc__ or ""
    assert len(story.split()) > 6
    assert kind.declares
    assert set(kind.declares) <= discover().keys()
    assert all(discover()[one].speaks_to(dialect_of(name)) for one in kind.declares)
    assert issubclass(kind, CHANGED[place_of(name)])


def test_every_contract_is_declared_broken_by_a_defect() -> None:
    declared = {one for name in names() for one in load(name).declares}
    assert declared == set(discover())


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("seed_403", "stream_ok"),
        ("late_head", "head_first"),
        ("session_id_dropped", "restart"),
        ("mismatch_tells_id", "unknown_id"),
    ],
)
def test_defect_breaks_what_it_declares_and_nothing_else(name: str, cases: str) -> None:
    chosen = [case for case in catalogue() if case.name in (cases, "plain_ok")]
    row = try_defect(name, dialect_of(name), chosen)
    assert set(row.broken) == set(load(name).declares)
    assert complaints(matrix([row]), complete=False) == []


def test_unknown_defect_is_refused_with_near_matches() -> None:
    with pytest.raises(ValueError, match=r"did you mean.* seed_403"):
        load("seed403")


def test_a_name_is_not_a_path() -> None:
    with pytest.raises(ValueError, match="unknown defect"):
        load("../reference/bridge")
