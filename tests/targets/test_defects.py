"""Each planted bug breaks what it declares and nothing else; the reference breaks nothing."""

import sys
from typing import Any

import pytest

from targets.defects import dialect_of, load, names
from targets.reference.bridge import Bridge
from targets.reference.gateway import Gateway
from tests.targets import bridge_promises, gateway_promises
from tests.targets.stage import run

PROMISES: dict[str, dict[str, Any]] = {
    "arena": bridge_promises.PROMISES,
    "transparent": gateway_promises.PROMISES,
}


def broken_by(kind: type[Bridge] | type[Gateway], dialect: str) -> set[str]:
    async def judge() -> set[str]:
        promises = PROMISES[dialect].items()
        return {name for name, kept in promises if not await kept(kind)}

    found: set[str] = run(judge)
    return found


@pytest.mark.parametrize(("kind", "dialect"), [(Bridge, "arena"), (Gateway, "transparent")])
def test_reference_breaks_nothing(kind: type[Bridge] | type[Gateway], dialect: str) -> None:
    assert broken_by(kind, dialect) == set()


@pytest.mark.parametrize("name", names())
def test_defect_breaks_what_it_declares_and_nothing_else(name: str) -> None:
    kind = load(name)
    assert broken_by(kind, dialect_of(name)) == set(kind.declares)


@pytest.mark.parametrize("name", names())
def test_defect_tells_its_story(name: str) -> None:
    kind = load(name)
    story = sys.modules[kind.__module__].__doc__ or ""
    assert len(story.split()) > 6
    assert kind.declares
    assert set(kind.declares) <= PROMISES[dialect_of(name)].keys()
    assert issubclass(kind, Bridge if dialect_of(name) == "arena" else Gateway)


def test_unknown_defect_is_refused_with_near_matches() -> None:
    with pytest.raises(ValueError, match=r"did you mean.* seed_403"):
        load("seed403")


def test_a_name_is_not_a_path() -> None:
    with pytest.raises(ValueError, match="unknown defect"):
        load("../reference/bridge")
