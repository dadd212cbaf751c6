"""What a verdict costs: one trace of a 20-event stream before all contracts. Figures only."""

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

from bench.effort import Effort, Say
from bench.exchange import EVENTS, HEADERS
from bench.rows import Row
from bench.stacks import lean_chain
from contracts.judge import discover, judge
from contracts.record import Record
from contracts.trace import Trace
from fakes.script import ok
from harness.case import Case, Step

PARSE, JUDGE = NAMES = ("trace_parse", "contract_judge")
REPEATS = 20
BODY = '{"model": "$model", "stream": true, "messages": [{"role": "user", "content": "hello"}]}'


def measure(names: Sequence[str], effort: Effort, say: Say) -> list[Row]:
    """The rows named, in microseconds."""
    say("one trace")
    record, count = _record(), len(discover())
    trace = Trace.of(record)
    speaking = sum(one.speaks_to(record.dialect) for one in discover().values())
    parse = tuple(_time(lambda: Trace.of(record)) for _ in range(effort.rounds))
    judged = tuple(_time(lambda: judge(trace)) for _ in range(effort.rounds))
    each = tuple(time / speaking for time in judged)
    note = f"{median(judged):.0f} µs for all {count}, {speaking} of which speak to the dialect"
    rows = (
        Row(PARSE, f"making a trace of what the taps recorded, {EVENTS} events", parse, "µs"),
        Row(JUDGE, "judging one trace, a contract", each, "µs", note=note),
    )
    return [row for row in rows if row.name in names]


def _record() -> Record:
    step = Step(HEADERS, BODY, replies=(ok(EVENTS, gated=True),))
    with lean_chain() as made:
        return made.run(Case("bench", "transparent", (step,)))


def _time(work: Callable[[], object]) -> float:
    work()
    start = perf_counter()
    for _ in range(REPEATS):
        work()
    return 1e6 * (perf_counter() - start) / REPEATS
