"""The cases probe what there is to probe, and name only faults and contracts that exist."""

import pytest

from contracts.judge import discover
from harness.case import Case
from harness.faults import catalogue as fault_kinds
from scenarios.cases import catalogue

KINDS = {kind.name for kind in fault_kinds()}


@pytest.mark.parametrize("contract", discover())
def test_every_contract_is_probed_by_a_case(contract: str) -> None:
    assert any(contract in case.probes for case in catalogue()), (
        f"name {contract} as a probe of a case in scenarios/cases/"
    )


@pytest.mark.parametrize("case", catalogue(), ids=lambda case: f"{case.dialect}-{case.name}")
def test_a_case_names_what_exists(case: Case) -> None:
    assert set(case.probes) <= set(discover())
    assert {fault.kind for fault in case.faults} <= KINDS
    assert all(discover()[probe].speaks_to(case.dialect) for probe in case.probes)
