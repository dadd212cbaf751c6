"""Verdict records: one JSON object for each contract and case, redacted, for every renderer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.blame import blame, hops, legs, locate
from contracts.record import Ruling
from contracts.trace import Trace
from contracts.verdict import Finding, Judges, Verdict
from harness.redact import redact
from harness.store import write_case, write_trace
from harness.target import Target
from harness.trial import Trial

Record = dict[str, Any]
CONVICTED = ("fail", "warn", "harness_error")


def record(trial: Trial, verdict: Verdict, out: Path) -> Record:
    """The verdict as data; a conviction writes its case and trace, for the replay."""
    one, case = verdict.contract, trial.case
    made: Record = {
        "target": trial.target.name,
        "defect": trial.defect,
        "dialect": case.dialect,
        "case": case.name,
        "faults": [fault.kind for fault in case.faults],
        "contract": one.id,
        "level": one.level,
        "verdict": verdict.outcome,
        "reason": verdict.reason,
        "findings": [_finding(trial.trace, finding, one.judges) for finding in verdict.findings],
        "blame": blame(trial.trace, verdict.findings[0], one.judges) if verdict.findings else "",
        "legs": list(legs(trial.trace)) if any(fault.on_leg for fault in case.faults) else [],
        "statement": one.statement,
        "basis": one.basis,
        "seen": list(one.seen),
        "expected": _expected(trial, one.id) if verdict.outcome in CONVICTED else "",
        "trace": "",
        "replay": "",
    }
    if verdict.outcome in CONVICTED:
        made["trace"] = str(write_trace(trial.trace.record, case, out))
        shown = replay(trial.target, trial.defect, case.dialect, write_case(case, out))
        made["replay"] = shown + (" --strict-contracts" if verdict.outcome == "warn" else "")
    return redacted(made, trial.trace)


def redacted(made: Record, trace: Trace) -> Record:
    """The record as it may be shown."""
    return {name: _clean(value, trace) for name, value in made.items()}


def _clean(value: Any, trace: Trace) -> Any:
    if isinstance(value, str):
        return redact(value, trace.record.secrets)
    if isinstance(value, list | tuple):
        return [_clean(item, trace) for item in value]
    if isinstance(value, dict):
        return {key: _clean(item, trace) for key, item in value.items()}
    return (
        value
        if value is None or isinstance(value, bool | int | float)
        else _clean(str(value), trace)
    )


def replay(target: Target, defect: str, dialect: str, case: Path) -> str:
    """The command that shows it again."""
    if target.url:
        bind = f"--upstream-bind {target.upstream_bind} --dialect {dialect}"
        who = f"--base-url {target.url} {bind}"
    elif target.given:
        who = target.given
    else:
        who = f"--target {target.name}"
    planted = f" --defect {defect}" if defect else ""
    return f"uv run pytest {who}{planted} --case {case}"


def _expected(trial: Trial, contract: str) -> str:
    found = trial.target.expectation(contract, trial.case.name, _kinds(trial), trial.case.dialect)
    return found.reason if found else ""


def _kinds(trial: Trial) -> list[str]:
    return [fault.kind for fault in trial.case.faults]


def _finding(trace: Trace, finding: Finding, judges: Judges) -> Record:
    place = locate(trace, finding.at)
    made: Record = {
        "tap": finding.at.tap if finding.at else "",
        "why": finding.why,
        "expected": finding.expected,
        "actual": finding.actual,
        "header": finding.header,
        "hops": {},
        "culprit": "",
        "edge": [],
    }
    if place:
        made["exchange"] = place.exchange.number + 1
        made["attempt"] = place.attempt.number + 1 if place.attempt else 0
        made["asked"] = place.exchange.client.request.first_line.rpartition(" HTTP/")[0]
        made["direction"] = "response" if place.response else "request"
        made["edge"] = list(_edge(trace, place.exchange.number))
        if finding.header:
            made["hops"] = hops(place, finding.header)
            made["culprit"] = blame(trace, finding, judges)
    return made


def _edge(trace: Trace, number: int) -> Iterator[str]:
    """What the edge ruled in this exchange."""
    starts = [one.client.request.began for one in trace.exchanges]
    end = starts[number + 1] if number + 1 < len(starts) else float("inf")
    for ruling in trace.record.rulings:
        if starts[number] <= ruling.at < end and ruling.rule:
            yield _ruled(ruling)


def _ruled(ruling: Ruling) -> str:
    return f"{ruling.status}, rule {ruling.rule}"
