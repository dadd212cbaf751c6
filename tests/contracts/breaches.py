"""Which contracts a trace breaks, for the tests of what breaks what."""

from contracts.judge import judge
from contracts.trace import Trace


def broken(trace: Trace) -> set[str]:
    """All contracts that this trace breaks, of all families; each must be able to judge it."""
    found = judge(trace)
    assert not [one.reason for one in found if one.outcome == "harness_error"]
    return {one.contract.id for one in found if one.findings}
