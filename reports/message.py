"""What a person reads when a contract is broken: sentence, values, hops, culprit, replay.

It reads verdict records, the lines of `verdicts.jsonl`, and nothing else.
"""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

Record = dict[str, Any]

TAPS = ("client", "ingress", "egress", "upstream")
WIDTH = 24  # characters of a column in the table of hops
LABEL = 12
LONGEST_LINE = 90  # characters
MARKED_AT = {
    ("request", "the client leg"): "ingress",
    ("request", "the target"): "egress",
    ("request", "the upstream leg"): "upstream",
    ("response", "the upstream leg"): "egress",
    ("response", "the target"): "ingress",
    ("response", "the client leg"): "client",
}


def message(record: Record) -> str:
    """The whole message of one broken contract."""
    return "\n".join([headline(record), *_body(record)])


def headline(record: Record) -> str:
    """`FAILED contract  target[defect] · dialect · case · fault`, one line."""
    word = {"fail": "FAILED", "warn": "WARNED", "harness_error": "HARNESS ERROR"}
    return f"{word.get(record['verdict'], record['verdict'])} {record['contract']}  {where(record)}"


def where(record: Record) -> str:
    defect = f"[{record['defect']}]" if record["defect"] else ""
    faults = f"fault {', '.join(record['faults'])}" if record["faults"] else "no fault"
    who = f"{record['target']}{defect}"
    return f"{who} · {record['dialect']} · case {record['case']} · {faults}"


def _body(record: Record) -> Iterator[str]:
    yield from textwrap.wrap(record["statement"], 98, initial_indent="  ", subsequent_indent="  ")
    if record["reason"]:
        yield f"  {record['reason']}"
    yield ""
    for finding in record["findings"][:3]:
        yield from _finding(finding)
    if len(record["findings"]) > 3:
        yield f"  and {len(record['findings']) - 3} findings more of this kind"
    yield from _foot(record)


def _finding(finding: Record) -> Iterator[str]:
    yield _row("expected", _shown(finding["expected"]))
    yield _row("actual", _shown(finding["actual"]))
    if finding["why"]:
        yield _row("namely", finding["why"])
    if finding["tap"] and "exchange" in finding:
        yield _row("where", _place(finding))
    if asked := finding.get("asked"):
        yield _row("asked", shorten(asked, LONGEST_LINE))
    if finding["hops"]:
        yield ""
        yield from hop_table(finding)
    if finding["edge"]:
        yield _row("edge", "; ".join(finding["edge"]))
    yield ""


def _place(finding: Record) -> str:
    attempt = f", attempt {finding['attempt']}" if finding["attempt"] else ""
    return f"{finding['direction']} at {finding['tap']}, request {finding['exchange']}{attempt}"


def hop_table(finding: Record) -> Iterator[str]:
    """The field at the four taps, with a mark under the hop that changed it."""
    hops = finding["hops"]
    shown = {tap: _hop(hops.get(tap)) for tap in TAPS}
    width = min(WIDTH, max(len(text) for text in (*shown.values(), "upstream")) + 2)
    yield "  " + finding["header"]
    yield "  " + " " * LABEL + "".join(tap.ljust(width) for tap in TAPS).rstrip()
    cells = [shorten(shown[tap], width - 2) for tap in TAPS]
    yield "  " + " " * LABEL + "".join(cell.ljust(width) for cell in cells).rstrip()
    mark = MARKED_AT.get((finding["direction"], finding["culprit"]))
    if mark and len({str(hops.get(tap)) for tap in TAPS}) > 1:
        blanks = " " * (LABEL + width * TAPS.index(mark))
        yield f"  {blanks}^ changed by {finding['culprit']}"
    if len(set(cells)) < len(set(shown.values())):
        yield from (_row(tap, shown[tap]) for tap in TAPS)


def _hop(values: Sequence[str] | None) -> str:
    if values is None:
        return "(not reached)"
    return " | ".join(value or "(empty)" for value in values) if values else "(absent)"


def shorten(text: str, width: int) -> str:
    """Cut in the middle, so that both ends of a value show."""
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def _foot(record: Record) -> Iterator[str]:
    if record["blame"]:
        yield _row("blame", record["blame"])
    for clause in record["legs"]:
        yield _row("fault", clause)
    if record["seen"]:
        more = f" and {len(record['seen']) - 1} more" if len(record["seen"]) > 1 else ""
        yield _row("seen in", record["seen"][0] + more)
    yield _row("basis", record["basis"])
    if record["trace"]:
        yield _row("trace", record["trace"])
    if record["replay"]:
        yield _row("again", record["replay"])


def _row(label: str, text: str) -> str:
    return f"  {label.ljust(LABEL)}{text}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " | ".join(str(item) or "(empty)" for item in value) or "(none)"
    return shorten(str(value), 400) if value not in ("", None) else "(none)"
