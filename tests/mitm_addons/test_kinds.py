"""What all faults have in common: kinds that a case can hold, and a section in the docs."""

import importlib
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from contracts.judge import discover
from tests.mitm_addons.flows import options_of

ROOT = Path(__file__).parents[2]
FAULTS_PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
DOCUMENTED = re.findall(r"^### (\w+)$", FAULTS_PAGE, re.M)


def module(name: str) -> ModuleType:
    return importlib.import_module(f"mitm_addons.{name}")


def test_every_addon_is_documented() -> None:
    files = {path.stem for path in (ROOT / "mitm_addons").glob("*.py")}
    addons = {name for name in files if name != "__init__" and hasattr(module(name), "addons")}
    assert sorted(DOCUMENTED) == sorted(addons)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_kind_can_be_written_down_and_made(name: str) -> None:
    (alone,) = module(name).addons
    for kind, kwargs in module(name).FAULTS.items():
        made = type(alone)(**json.loads(json.dumps(kwargs)))
        assert made is not alone
        assert f"`{kind}`" in FAULTS_PAGE


def test_no_two_addons_claim_one_kind() -> None:
    kinds = [kind for name in DOCUMENTED for kind in module(name).FAULTS]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_contracts_at_risk_exist(name: str) -> None:
    at_risk = module(name).AT_RISK
    assert at_risk
    assert len(set(at_risk)) == len(at_risk)
    assert set(at_risk) <= set(discover())


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_option_is_explained(name: str) -> None:
    (alone,) = module(name).addons
    added = options_of(alone)
    assert bool(added) == hasattr(alone, "load")
    assert all(option.startswith(name) for option in added)
    assert all(f"| `{option}` |" in FAULTS_PAGE for option in added)
