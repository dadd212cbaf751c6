"""The walk about a 403 names the path, the rules and the field, and says how to mend it."""

import pytest

from contracts.judge import discover
from fakes.edge import ARENA, RULES, EdgePolicy
from harness.case import Case
from harness.diagnose import edge_rules
from harness.diagnose.causes import RULES as CAUSES
from harness.diagnose.evidence import Verdict
from harness.diagnose.forbidden import Path, verdict, walk
from harness.diagnose.trying import Asked, cases_of, chosen
from harness.errors import UsageError
from scenarios.cases import catalogue


def walked(defect: str = "", dialect: str = "") -> tuple[dict[str, str], Verdict]:
    """The outcome of each path, and the verdict, of the reference."""
    target, spoken = chosen(Asked(defect=defect, dialect=dialect))
    report = walk(target, cases_of(catalogue(), spoken), defect)
    return {step.name: step.outcome for step in report.steps}, report.verdict


def test_the_first_bug_is_found_on_the_stream_path() -> None:
    paths, found = walked("seed_403")
    assert paths["stream"] == "bad"
    assert (paths["plain"], paths["plain retry"]) == ("ok", "ok")
    assert "the path stream:" in found.cause
    assert "library_user_agent" in found.cause
    assert "accept_without_event_stream" in found.cause
    assert "egress and upstream python-httpx/" in "\n".join(found.evidence)
    assert "changed by the target" in found.evidence[-1]
    assert found.fix.startswith("Send the User-Agent of the plain path and an Accept that names")
    assert found.contracts == ("identity.user_agent", "identity.accept")


@pytest.mark.parametrize("dialect", ["arena", "transparent"])
def test_the_reference_is_all_well(dialect: str) -> None:
    paths, found = walked(dialect=dialect)
    assert set(paths.values()) == {"ok"}
    assert found.verdict == "all well"


def test_a_gateway_hands_the_clients_field_on() -> None:
    paths, found = walked("own_user_agent")
    assert paths == {"stream": "bad", "plain": "bad"}
    assert "library_user_agent" in found.cause
    assert found.fix == "Hand the client's User-Agent on as it came, on every path."


def test_cookies_of_another_identity_do_not_show_their_values() -> None:
    _, found = walked("clearance_mismatch")
    assert "clearance_of_another_user_agent" in found.cause
    assert "the cookies that belong to the User-Agent" in found.fix
    assert "trial-clearance" not in "\n".join(found.evidence)


def test_a_failure_without_a_rule_is_not_explained_away() -> None:
    _, found = walked("plain_broken")
    assert (found.verdict, found.cause) == ("cannot tell", "")
    assert found.evidence[0].startswith("plain: no rule fired; the client got ")


def test_a_retry_that_looks_otherwise_is_told_apart() -> None:
    paths = [
        Path("stream", "ok", 200, ""),
        Path("stream retry", "bad", 403, "", ("no_user_agent",), ("User-Agent: (absent)",)),
    ]
    found = verdict(paths, transparent=False)
    assert (
        found.cause == "the edge refuses the path stream retry: no_user_agent; these pass: stream"
    )
    assert found.fix.startswith("Make retries by the function that makes first attempts")


def test_every_rule_of_the_edge_but_rate_and_size_has_a_field_and_a_contract() -> None:
    names = {const for rule in RULES for const in rule.__code__.co_consts if _is_rule(const)}
    assert names - set(edge_rules.FIELDS) == {"rate", "body_too_large"}
    assert set(edge_rules.FIELDS.values()) == set(edge_rules.CONTRACTS)
    assert set(edge_rules.CONTRACTS.values()) <= set(discover())


def _is_rule(const: object) -> bool:
    return isinstance(const, str) and const.islower() and const.isidentifier()


def test_the_contracts_of_the_nine_causes_exist() -> None:
    assert {one for rule in CAUSES for one in rule.contracts} <= set(discover())


def test_the_edge_of_the_cases_has_its_header_rules_on() -> None:
    edges = {one.dialect: one.steps[0].edge for one in _cases("arena") + _cases("transparent")}
    assert edges == {"arena": ARENA, "transparent": EdgePolicy()}


def _cases(dialect: str) -> list[Case]:
    return list(cases_of(catalogue(), dialect).values())


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(target="nginx", base_url="http://x"), "--target and --base-url name a target each"),
        (Asked(upstream_bind="127.0.0.1:9"), "--upstream-bind goes with --base-url"),
        (Asked(target="nginx", defect="seed_403"), "--defect goes with the target reference"),
        (Asked(target="ngnix"), "did you mean nginx"),
        (Asked(defect="seed_40"), "--defect seed_40: unknown defect"),
        (Asked(defect="seed_403", dialect="transparent"), "seed_403 is a bug of arena"),
        (Asked(defect="session_id_dropped"), "session is not to be had"),
        (Asked(target="nginx", dialect="arena"), "arena is not to be had"),
        (Asked(base_url="http://127.0.0.1:8080"), "--base-url needs --upstream-bind"),
        (Asked(proxy_command="x"), "--proxy-command 'x': it needs"),
    ],
)
def test_options_that_do_not_fit_are_refused(asked: Asked, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        chosen(asked)
