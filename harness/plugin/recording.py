"""Collect the verdict records of all workers, write them, and have the last word of the run.

A worker hangs its records on the test report; the controller writes `verdicts.jsonl`, prints the
summary, and fails a run in which a contract was testable in no case or an expectation is stale.
"""

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Generator, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.plan import Plan
from harness.plugin.allure import write_broken
from harness.plugin.planning import LOCK, PLAN, lock
from harness.plugin.scheduling import GroupScheduling
from harness.store import near
from harness.verdicts import Record
from reports.summary import show

RECORDS = pytest.StashKey[list[Record]]()


class Recorder:
    """Registered where the scenarios run; on the controller it owns the output files."""

    def __init__(self, config: pytest.Config, out: Path) -> None:
        self.config, self.out = config, out
        self.records: list[Record] = []
        self.told: set[str] = set()
        self.worker = hasattr(config, "workerinput")
        self.complaints: list[str] = []

    def begin(self) -> None:
        """Clean the last run's files: on the controller only, workers write into them."""
        if not self.config.option.allure_report_dir:
            self.config.option.allure_report_dir = str(self.out / "allure-results")
        if not (self.worker or self.config.option.collectonly):
            lock(self.config, self.out)
            kept = () if self.config.option.case else ("cases",)
            for name in ("traces", "allure-results", *kept):
                shutil.rmtree(self.out / name, ignore_errors=True)
            for name in ("verdicts.jsonl", "report.html"):
                (self.out / name).unlink(missing_ok=True)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any, None]:
        result = yield
        report = result.get_result()
        if call.when == "call":
            report.proxytrial = list(item.stash.get(RECORDS, None) or ())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        if self.worker:
            return
        self.records += getattr(report, "proxytrial", [])
        if report.failed and report.when == "call":
            keys = set(_told_by(report))
            report.repeated = keys <= self.told
            self.told |= keys

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """What was told in full once is only counted after that; the summary names every case."""
        if getattr(report, "repeated", False):
            return "failed as above", "f", "FAILED (as above)"
        return None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> GroupScheduling:
        return GroupScheduling(config, log)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any) -> None:
        """xdist, on the controller: a worker died in the middle of this item."""
        folder = self.config.option.allure_report_dir
        write_broken(folder, crashitem, str(report.longrepr))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.worker or self.config.option.collectonly:
            return
        path = self.out / "verdicts.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in self.records))
        plan = self.config.stash[PLAN]
        self.complaints = [
            *_missing(plan),
            *_never_testable(self.records, plan),
            *self._stale(session, plan),
        ]
        if self.complaints and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _stale(self, session: pytest.Session, plan: Plan) -> Iterator[str]:
        if plan.complete and session.testscollected and not session.shouldstop:
            yield from stale(self.records, plan)

    def pytest_unconfigure(self) -> None:
        if LOCK in self.config.stash:
            self.config.stash[LOCK].release()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.worker or not (self.records or self.complaints):
            return
        terminalreporter.write_line("")
        width = max(120, getattr(terminalreporter._tw, "fullwidth", 100))
        color = bool(getattr(terminalreporter._tw, "hasmarkup", False))
        console = Console(width=width, force_terminal=color, no_color=not color, highlight=False)
        show(self.records, console)
        for line in self.complaints:
            terminalreporter.write_line(line, red=True)
        where = self.out / "verdicts.jsonl"
        terminalreporter.write_line(f"verdicts: {near(where)}   page: uv run proxytrial report")


def _told_by(report: Any) -> Iterator[str]:
    """What the message of this report says, without its case."""
    broken = [
        one for one in getattr(report, "proxytrial", ()) if _broken(one) or one["verdict"] == "warn"
    ]
    if not broken:
        yield re.sub(r" in case \S+", "", str(report.longrepr))
    for one in broken:
        yield f"{one['verdict']} {one['contract']} {one['target']} {one['dialect']}"


def _missing(plan: Plan) -> Iterator[str]:
    """Targets whose program is not here: never a silent skip."""
    for one in plan.targets:
        if not one.installed():
            how = one.how_to_install()
            yield f"UNTESTABLE target {one.name}: {one.command[0]} is not installed ({how})"


def _never_testable(records: list[Record], plan: Plan) -> Iterator[str]:
    """MUST contracts that were probed, but testable in no case, and no reported fail is why."""
    probed: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    broken_cases = {(r["target"], r["dialect"], r["case"]) for r in records if _broken(r)}
    for one in records:
        if one["verdict"] != "not_applicable":
            probed[one["target"], one["dialect"], one["contract"]].append(one)
    for (target, dialect, contract), found in sorted(probed.items()):
        untested = all(one["verdict"] == "untestable" for one in found)
        excused = any((target, dialect, one["case"]) in broken_cases for one in found)
        if untested and not excused and (plan.strict or found[0]["level"] == "MUST"):
            yield f"UNTESTABLE {contract}  {target} · {dialect}: in no case; {found[0]['reason']}"


def _broken(record: Record) -> bool:
    return record["verdict"] in ("fail", "harness_error")


def stale(records: list[Record], plan: Plan) -> Iterator[str]:
    """Declared violations that a complete run has not seen."""
    for target in plan.targets:
        own = [one for one in records if one["target"] == target.name]
        for one in target.expects:
            seen = any(
                record["expected"] == one.reason and fnmatchcase(record["contract"], one.contract)
                for record in own
            )
            if own and not seen:
                where = f"{one.contract} in case {one.case}"
                yield f"STALE EXPECTATION {target.name}: {where} holds now; remove it"
