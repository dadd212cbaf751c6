"""What a trial leaves in Allure: labels, description, and each hop's exchange, once, redacted."""

import hashlib
import time
import uuid
from collections.abc import Collection

import allure
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Status, StatusDetails, TestResult
from allure_commons.types import Severity

from contracts.judge import discover
from contracts.message import Message
from contracts.needs import events
from contracts.trace import Exchange, Trace
from contracts.verdict import Contract
from contracts.wires import Wire
from harness.case import Case
from harness.plan import OTHERS, Item
from harness.store import redacted
from harness.trial import Trial
from harness.verdicts import Record
from reports.http_exchange import ATTACHMENT_TYPE, EXTENSION, http_exchange
from reports.message import message

SEVERITY = {"MUST": Severity.CRITICAL, "SHOULD": Severity.NORMAL}
MANY = 5  # exchanges of a case
LONGEST = 20_000  # characters of a body that an attachment shows


def label(item: Item, defect: str) -> None:
    """Epic is the target."""
    allure.dynamic.epic(item.target.name + (f" [{defect}]" if defect else ""))
    allure.dynamic.title(_title(item.contract, item.case))


def file_under(item: Item, records: list[Record]) -> None:
    """Feature is the family, story the contract: the one probed, or the first one broken."""
    broken = [
        one["contract"]
        for outcome in ("fail", "harness_error", "warn")
        for one in records
        if one["verdict"] == outcome
    ]
    name = item.contract if item.contract != OTHERS else next(iter(broken), "")
    if not name:
        allure.dynamic.feature("other contracts of a case")
        allure.dynamic.story(item.case.name)
        return
    one = discover()[name]
    allure.dynamic.title(_title(name, item.case))
    allure.dynamic.feature(one.family)
    allure.dynamic.story(one.id)
    allure.dynamic.severity(SEVERITY[one.level])
    allure.dynamic.description(_description(one))
    for place in one.seen[:5]:
        repository, _, number = place.partition("#")
        allure.dynamic.link(f"https://github.com/{repository}/issues/{number}", name=place)


def _title(contract: str, case: Case) -> str:
    return f"{contract} · {case.name} · {case.dialect}"


def label_property(name: str, target: str, defect: str) -> None:
    """A property is its own story: any contract may break in a made-up case."""
    allure.dynamic.epic(target + (f" [{defect}]" if defect else ""))
    allure.dynamic.feature("made-up cases")
    allure.dynamic.story(name)


def write_broken(folder: str, node: str, message: str) -> None:
    """A result for a test whose worker died: it could not leave one itself."""
    name, now_ms = node.rpartition("::")[2], round(time.time() * 1000)
    result = TestResult(
        uuid=str(uuid.uuid4()),
        name=name,
        fullName=node,
        historyId=hashlib.sha256(node.encode()).hexdigest(),
        status=Status.BROKEN,
        statusDetails=StatusDetails(message=f"worker crashed while running {name}", trace=message),
        start=now_ms,
        stop=now_ms,
    )
    AllureFileLogger(folder).report_result(result)


def _description(one: Contract) -> str:
    seen = f"\n\nSeen broken in: {', '.join(one.seen)}" if one.seen else ""
    return f"**{one.level}** {one.statement}\n\nBasis: {one.basis}{seen}"


def attach(trial: Trial, records: list[Record]) -> None:
    """The warnings' messages and the exchange of each hop; a convicted item's is its failure."""
    for one in records:
        if one["verdict"] == "warn" or one["expected"]:
            allure.attach(message(one), f"{one['contract']}", allure.attachment_type.TEXT)
    clean = Trace.of(redacted(trial.trace.record))
    worth = _worth_showing(trial.trace, records)
    for exchange in clean.exchanges:
        if exchange.number in worth:
            for name, wire in _hops(exchange):
                allure.attach(_exchange(wire), name, ATTACHMENT_TYPE, EXTENSION)


def _worth_showing(trace: Trace, records: list[Record]) -> Collection[int]:
    """All exchanges; of many those in which something is broken, and some streams and refusals."""
    if len(trace.exchanges) <= MANY:
        return range(MANY)
    found = [finding for one in records for finding in one["findings"]]
    told = [e.number for e in trace.exchanges if e.ask.stream or e.client.status >= 400]
    return {*told[:MANY], *(one["exchange"] - 1 for one in found if "exchange" in one)}


def _hops(exchange: Exchange) -> list[tuple[str, Wire]]:
    """The exchange at each tap; two taps of a leg without a fault saw the same, shown once."""
    start = f"request {exchange.number + 1}"
    found = _leg(start, ("client", exchange.client), ("ingress", exchange.ingress))
    numbered = (
        *((f"token refresh {a.number + 1}", a) for a in exchange.auxiliaries),
        *((f"attempt {a.number + 1}", a) for a in exchange.attempts),
    )
    for name, a in numbered:
        found += _leg(f"{start}, {name}", ("egress", a.egress), ("upstream", a.upstream))
    return found


def _leg(
    name: str, first: tuple[str, Wire | None], second: tuple[str, Wire | None]
) -> list[tuple[str, Wire]]:
    one, other = first[1], second[1]
    if one and other and one.request is other.request:
        return [(f"{name} at {first[0]} and {second[0]}", one)]
    return [(f"{name} at {tap}", wire) for tap, wire in (first, second) if wire]


def _exchange(wire: Wire) -> str:
    asked, got = wire.request, wire.response
    request = {
        "method": asked.method,
        "target": asked.target,
        "headers": asked.headers,
        "body": asked.text[:LONGEST],
    }
    return http_exchange(request, _response(asked, got) if got else None)


def _response(asked: Message, got: Message) -> dict[str, object]:
    shown: dict[str, object] = {
        "status": got.status,
        "reason": got.first_line.partition(" ")[2].partition(" ")[2],
        "headers": got.headers,
        "body": got.text[:LONGEST],
        "complete": got.complete,
    }
    if got.ended is not None:
        shown["duration_ms"] = round((got.ended - asked.began) * 1000, 1)
    if got.media_type == "text/event-stream" and events(got):
        shown["events"] = [
            {"offset_ms": round((chunk.at - asked.began) * 1000, 1), "text": _text(chunk.data)}
            for chunk in got.chunks
        ]
    return shown


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
