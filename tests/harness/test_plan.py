"""Bad input is one readable line and a failed run, at the command line and in each item."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.judge import discover
from harness.case import dump
from harness.choosing import load
from harness.errors import UsageError
from harness.plan import OTHERS, Item, Plan, cases_of, contracts_of
from harness.plugin.outcomes import attempt
from harness.target import CHECKOUT, Ready, Target
from harness.trial import Trials
from scenarios.cases import catalogue

RUNNER = """
import json, sys, pytest
for arguments in json.loads(sys.argv[1]):
    code = int(pytest.main(["-p", "no:cacheprovider", "--collect-only", "-q", *arguments]))
    print("exit status", code, flush=True)
"""
ABSENT = """
name = "absent"
dialects = ["transparent"]
command = ["no-such-program", "{port}", "{upstream}"]
install = { debian = "absent-pkg" }
"""
STREAM_OK = next(c for c in catalogue() if (c.name, c.dialect) == ("stream_ok", "transparent"))


def bad_inputs(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Arguments, and what the one line has to say."""
    (folder / "broken.toml").write_text("name = ")
    (folder / "corrupt.json").write_text("{")
    (folder / "expects.toml").write_text("[[expects]]\ncontract = 'x'\n")
    (folder / "good.json").write_text(dump(STREAM_OK))
    return {
        "target": (["--target=referense"], "unknown target 'referense'; did you mean reference?"),
        "toml": ([f"--target={folder}/broken.toml"], "broken.toml: not valid TOML"),
        "contract": (["--contract=end.nothing"], "--contract end.nothing: no contract has"),
        "near": (["--contract=identity.user_agnet"], "did you mean identity.user_agent?"),
        "fault": (["--fault=strip_user_agnet"], "did you mean strip_user_agent?"),
        "case": ([f"--case={folder}/corrupt.json"], "corrupt.json is corrupt: "),
        "no_case": ([f"--case={folder}/none.json"], "none.json: No such file"),
        "patience": (["--patience=0"], "--patience 0.0: more than 0 seconds"),
        "bind": (["--upstream-bind=h:1"], "--upstream-bind goes with --base-url"),
        "base_url": (["--base-url=https://h", "--upstream-bind=h:1"], "http:// address"),
        "command": (["--proxy-command=odd"], "it needs {port} and {upstream}"),
        "dialect": (
            ["--proxy-command=odd {port} {upstream}", "--dialect=klingon"],
            "--dialect klingon",
        ),
        "defect": (["--defect=none_such"], "--defect none_such"),
        "expects": ([f"--expected-failures={folder}/expects.toml"], "expects.toml: "),
        "space": (["--target", f"{folder}/broken.toml"], "needs an equals sign: --target="),
        "speaks": (
            [
                *("--proxy-command=odd {port} {upstream}", "--dialect=arena"),
                f"--case={folder}/good.json",
            ],
            "does not speak transparent",
        ),
    }


def test_bad_input_is_one_line_and_no_run(tmp_path: Path) -> None:
    told = bad_inputs(tmp_path)
    arguments = json.dumps([arguments for arguments, _ in told.values()])
    ran = subprocess.run(
        [sys.executable, "-c", RUNNER, arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CHECKOUT,
        check=True,
        timeout=120,
    )
    assert "Traceback" not in ran.stdout
    parts = ran.stdout.split("exit status 4\n")
    assert [part for part in parts if "exit status" in part or "collected" in part] == []
    assert len(parts) == len(told) + 1
    for part, (name, (_, wanted)) in zip(parts, told.items(), strict=False):
        lines = [line for line in part.split("\n") if line.strip()]
        assert wanted in part, name
        assert len(lines) == 1, (name, lines)
        assert lines[0].startswith("ERROR: "), name


def outcome(target: Target, kind: type[BaseException]) -> str:
    trials = Trials()
    try:
        with pytest.raises(kind) as caught:
            attempt(Item(target, STREAM_OK, OTHERS), trials)
        return str(caught.value)
    finally:
        trials.close()


def test_a_missing_program_is_untestable_and_says_how_to_install_it(tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    path.write_text(ABSENT)
    assert outcome(load(str(path)), pytest.skip.Exception) == (
        "UNTESTABLE target absent: no-such-program is not installed (debian: absent-pkg)"
    )


def test_a_target_that_is_never_ready_fails_the_item_without_a_traceback() -> None:
    sleeps = ("{python}", "-c", "import time; print('zzz', flush=True); time.sleep(3600)")
    one = Target("sleepy", ("transparent",), command=sleeps, ready=Ready(tcp=True, seconds=0.2))
    first, *rest = outcome(one, pytest.fail.Exception).split("\n")
    assert first.startswith("TARGET ERROR target sleepy was not ready after 0.2 s")
    assert rest == ["    zzz"]


def plan(*contracts: str) -> Plan:
    return Plan((load("reference"),), contracts_of(contracts), catalogue())


def test_items_are_one_for_each_probe_and_one_for_the_rest() -> None:
    items = [one for one in plan().items() if one.case == STREAM_OK]
    assert [one.contract for one in items] == [*STREAM_OK.probes, OTHERS]
    assert len({one.id for one in plan().items()}) == len(plan().items())
    assert {one.group for one in items} == {"reference-transparent-stream_ok"}
    assert not set(plan().others(STREAM_OK)) & set(STREAM_OK.probes)


def test_a_glob_of_contracts_narrows_the_items() -> None:
    items = plan("identity.*").items()
    assert items
    assert {one.contract.partition(".")[0] for one in items} == {"identity"}
    assert contracts_of(()) == tuple(discover())


def test_faults_narrow_the_cases_and_files_replace_them(tmp_path: Path) -> None:
    found = cases_of(catalogue(), (), ("strip_[ua]*",))
    assert {fault.kind for case in found for fault in case.faults} == {
        *("strip_user_agent", "strip_accept")
    }
    path = tmp_path / "one.json"
    path.write_text(dump(STREAM_OK))
    assert cases_of(catalogue(), (str(path),), ()) == (STREAM_OK,)
    with pytest.raises(UsageError, match="no case has such a fault"):
        cases_of(catalogue(), (), ("zzz*",))
