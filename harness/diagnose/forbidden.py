"""Why streams get 403: the same request as a stream, plain and retried, before an edge with rules.

For each path: which rule fired, which others the request would break, and at which tap the field
that it is about was missing or wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from contracts.blame import Place, culprit, hops
from contracts.record import Secret
from contracts.trace import Attempt, Exchange
from harness.case import Case
from harness.diagnose import edge_rules
from harness.diagnose.evidence import Outcome, Step, Verdict
from harness.diagnose.walk import Report
from harness.redact import redact
from harness.target import Target
from harness.trial import Trial, Trials
from reports.message import shorten

Values = tuple[str, ...] | None
WIDTH = 60  # characters of a value
UNKNOWN = "No rule of the edge fired. Read the target's log, and try its cases with uv run pytest."


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the target, and what the edge made of it: `rules` in the edge's order."""

    name: str
    outcome: Outcome
    status: int
    saw: str
    rules: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def walk(
    target: Target,
    cases: Mapping[str, Case],
    defect: str = "",
    told: Callable[[str], None] = lambda name: None,
) -> Report:
    """Try the cases, by the names of their paths. Raises TargetError if the target will not run."""
    trials, paths = Trials(defect), list[Path]()
    try:
        for name, case in cases.items():
            told(name)
            paths.append(judge(name, trials.of(target, case)))
    finally:
        trials.close()
    steps = tuple(Step(p.name, p.outcome, f"case {cases[p.name].name}", p.saw) for p in paths)
    dialect = next(iter(cases.values())).dialect
    planted = f" with {defect}" if defect else ""
    tried = f"{target.name}{planted}, dialect {dialect}"
    return Report(steps, verdict(paths, dialect == "transparent"), tried=tried)


def judge(name: str, trial: Trial) -> Path:
    """What happened on this path; of a retry only what came after the first attempt."""
    one, retry = trial.trace.exchanges[0], name.endswith("retry")
    attempts = one.attempts[1:] if retry else one.attempts
    status = one.client.status
    if retry and not attempts:
        return Path(name, "skipped", status, f"not retried; the client got {status}")
    step = trial.case.steps[0]
    rules = tuple(
        dict.fromkeys(
            rule
            for attempt in attempts
            if attempt.upstream
            for rule in edge_rules.broken(attempt.upstream.request, step.edge, step.stream)
        )
    )
    if not rules:
        outcome: Outcome = "ok" if status == 200 else "bad"
        return Path(name, outcome, status, f"no rule fired; the client got {status}")
    lines = tuple(_lines(trial, one, attempts, rules))
    fired = f"rule {_fired(trial, retry)} fired; the client got {status}"
    return Path(name, "bad", status, "\n".join([fired, *lines]), rules, lines)


def _fired(trial: Trial, retry: bool) -> str:
    """The rule by which the edge really answered: the first that it found broken."""
    rulings = trial.trace.record.rulings[1 if retry else 0 :]
    return next((one.rule for one in rulings if one.rule), "(none)")


def _lines(
    trial: Trial, one: Exchange, attempts: Sequence[Attempt], rules: Sequence[str]
) -> Iterator[str]:
    """All rules that are broken, then a line for each field at the four taps."""
    yield f"rules broken: {', '.join(rules)}"
    for header in edge_rules.fields(rules):
        values = hops(Place(one, attempts[0], response=False), header)
        secrets = trial.trace.record.secrets
        told = [f"{' and '.join(at)} {_value(found, secrets)}" for found, at in _grouped(values)]
        who = culprit(values, response=False)
        yield f"{header}: {', '.join(told)}{f'; changed by {who}' if who else ''}"


def _grouped(values: Mapping[str, Values]) -> Iterator[tuple[Values, list[str]]]:
    """Neighbouring taps with the same values stand together."""
    for found, taps in groupby(values, lambda tap: values[tap]):
        yield found, list(taps)


def _value(values: Values, secrets: tuple[Secret, ...]) -> str:
    """Redacted before it is cut: half a secret is known no more."""
    if values is None:
        return "(not reached)"
    shown = [shorten(redact(value, secrets), WIDTH) or "(empty)" for value in values]
    return " | ".join(shown) or "(absent)"


def verdict(paths: Sequence[Path], transparent: bool) -> Verdict:
    """The first path that an edge refuses is the story; the others are its evidence."""
    refused = [path for path in paths if path.rules]
    if not refused:
        bad = tuple(f"{path.name}: {path.saw}" for path in paths if path.outcome == "bad")
        return Verdict("cannot tell", "", bad, UNKNOWN) if bad else Verdict("all well")
    first, names = refused[0], edge_rules.fields(refused[0].rules)
    well = [path.name for path in paths if path.outcome == "ok"]
    passes = f"; these pass: {', '.join(well)}" if well else ""
    which = " and ".join(path.name for path in refused)
    rules = ", ".join(dict.fromkeys(rule for path in refused for rule in path.rules))
    cause = f"the edge refuses the path {which}: {rules}{passes}"
    evidence = tuple(f"{path.name}: {line}" for path in refused for line in path.lines)
    contracts = tuple(edge_rules.CONTRACTS[name] for name in names)
    fix = edge_rules.mend(first.name, names, well, transparent)
    return Verdict("cause found", cause, evidence, fix, contracts)
