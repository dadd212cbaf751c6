"""A target file says what it means, or one line says what is wrong with it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.record import Declares, Limits
from fakes.identities import AUTH_TOKENS, CLIENT_KEY, MODEL
from harness.choosing import expectations, expecting, from_command, load, names, running
from harness.errors import UsageError
from harness.target import Client, Target, client_key, header_values

GOOD = 'name = "odd"\ndialects = ["transparent"]\ncommand = ["serve", "{port}", "{upstream}"]\n'


def written(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "odd.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def complaint(work: Any, *words: Any) -> str:
    """The one line of the UsageError."""
    with pytest.raises(UsageError) as caught:
        work(*words)
    text = str(caught.value)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("name", names())
def test_every_shipped_target_loads_and_promises(name: str) -> None:
    found = load(name)
    assert found.name == name
    assert found.summary
    assert found.command
    for dialect in found.dialects:
        assert found.promises(dialect).max_attempts >= 1
        assert found.talk(dialect).path.startswith("/")


def test_a_file_is_found_by_its_path_and_told_for_the_replay(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert load(path).given == f"--target={path}"
    assert load("reference").given == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "not valid TOML"),
        (b"name = '\xff'", "not valid TOML"),
        ("", "`name`"),
        (GOOD + 'comand = ["x"]', "comand"),
        (GOOD + "[ready]\nhtpp = '/x'", "htpp"),
        (GOOD + "[client]\npaht = '/x'", "paht"),
        (GOOD + "[[expects]]\ncontract = 'x'", "reason"),
        (GOOD.replace("transparent", "transparant"), "transparant"),
        (GOOD.replace('"transparent"', ""), "at least one of the dialects"),
        ('name = "odd"\ndialects = ["transparent"]', "needs a command"),
        ('name = "odd"\ndialects = ["arena"]\nurl = "http://h"', "needs a command"),
        (GOOD + "[declares]\nmax_atempts = 2", "did you mean max_attempts?"),
        (GOOD + "[declares]\nzzz = 2", "known: captcha_path, "),
        (GOOD + "[declares]\nlimits = { idel = 2 }", "did you mean idle?"),
        (GOOD + "[declares]\nlimits = 3", "[declares]"),
        (GOOD + "[declares]\nmax_attempts = 'two'", "[declares]"),
        (GOOD + "[declares]\nuser_agent = 'forwrad'", "forward, browser or"),
        (GOOD + "[declares]\nuser_agent = 'fixed: '", "forward, browser or"),
        (GOOD + "[dialect.transparent.declares]\nown_corse = true", "did you mean own_cors?"),
        (GOOD + "[dialect.trans]\n", "dialect"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path: Path, text: str | bytes, told: str) -> None:
    line = complaint(load, written(tmp_path, text))
    assert told in line
    assert "odd" in line


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("referense", "unknown target 'referense'; did you mean reference?"),
        ("zzzz", "there are: "),
        ("no/such.toml", "target file no/such.toml: no such file"),
    ],
)
def test_an_unknown_target_is_told_what_there_is(name: str, told: str) -> None:
    assert told in complaint(load, name)


def test_declarations_of_a_dialect_add_to_the_common_ones(tmp_path: Path) -> None:
    text = GOOD.replace('["transparent"]', '["transparent", "arena"]') + (
        "[declares]\nmax_attempts = 2\nlimits = { idle = 60 }\n"
        "[dialect.arena]\ndeclares = { max_attempts = 3, user_agent = 'fixed: Odd/1' }\n"
        "client = { path = '/api' }\n"
    )
    found = load(written(tmp_path, text))
    assert found.promises("transparent") == Declares(max_attempts=2, limits=Limits(idle=60))
    arena = found.promises("arena")
    assert (arena.max_attempts, arena.limits.idle, arena.user_agent) == (3, 60, "fixed: Odd/1")
    assert (found.talk("arena").path, found.talk("transparent").path) == ("/api", Client().path)


def test_placeholders_are_filled_in(tmp_path: Path) -> None:
    values = {"port": "9", "work": str(tmp_path), "upstream": "http://u:1", "defect": "d"}
    one = Target(
        "odd",
        ("arena",),
        command=("{python}", "{checkout}/x", "{port}", "{unknown}"),
        defect_arguments=("--defect", "{defect}"),
        files={"conf/a.conf": "server { listen {port}; } {upstream} {auth_1} {model} {port}"},
    )
    assert one.argv(values, "")[2:] == ["9", "{unknown}"]
    assert one.argv(values, "d")[-2:] == ["--defect", "d"]
    one.write_files(values)
    wanted = f"server {{ listen 9; }} http://u:1 {AUTH_TOKENS[0]} {MODEL} 9"
    assert (tmp_path / "conf" / "a.conf").read_text() == wanted


def test_headers_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(headers={"authorization": "env:ODD_KEY", "X-Team": "blue"})
    monkeypatch.delenv("ODD_KEY", raising=False)
    line = complaint(client_key, client)
    assert line == "header authorization comes from the environment: set ODD_KEY"
    monkeypatch.setenv("ODD_KEY", "Bearer sk-1")
    assert client_key(client) == "sk-1"
    assert header_values(client)["X-Team"] == "blue"
    assert client_key(Client()) == CLIENT_KEY


EXPECTS = """
[[expects]]
contract = "timing.*"
case = "stream_*"
fault = "cut*"
dialect = "arena"
reason = "known"
"""


@pytest.mark.parametrize(
    ("contract", "case", "faults", "dialect", "covered"),
    [
        ("timing.events_not_held", "stream_ok", ["x", "cut"], "arena", True),
        ("end.x", "stream_ok", ["cut"], "arena", False),
        ("timing.x", "plain_ok", ["cut"], "arena", False),
        ("timing.x", "stream_ok", ["reset"], "arena", False),
        ("timing.x", "stream_ok", [], "arena", False),
        ("timing.x", "stream_ok", ["cut"], "transparent", False),
    ],
)
def test_an_expectation_covers_what_its_globs_match(
    tmp_path: Path, contract: str, case: str, faults: list[str], dialect: str, covered: bool
) -> None:
    one = load(written(tmp_path, GOOD + EXPECTS))
    assert bool(one.expectation(contract, case, faults, dialect)) is covered
    everything = msgspec.structs.replace(one.expects[0], case="*", fault="*", dialect="*")
    bare = expecting(msgspec.structs.replace(one, expects=()), (everything,))
    assert bool(bare.expectation("timing.x", case, [], dialect))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[expects]", "--expected-failures"),
        ("", "[[expects]] tables are needed"),
        ("[[expect]]\ncontract='x'\nreason='y'", "[[expects]] tables are needed"),
        ("[[expects]]\ncontract='x'", "reason"),
        ("expects = 3", "--expected-failures"),
        (b"\xff", "--expected-failures"),
    ],
)
def test_a_bad_file_of_expectations_is_one_line(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    path = Path(written(tmp_path, text))
    assert told in complaint(expectations, path)


def test_expectations_are_read_and_a_missing_file_is_told(tmp_path: Path) -> None:
    (one,) = expectations(Path(written(tmp_path, EXPECTS)))
    assert one.reason == "known"
    assert "No such file" in complaint(expectations, tmp_path / "none.toml")


def test_a_running_proxy_is_a_target() -> None:
    one = running("http://127.0.0.1:8080/openai/", "127.0.0.1:9000", "arena")
    assert (one.url, one.upstream_bind) == ("http://127.0.0.1:8080/openai", "127.0.0.1:9000")
    assert one.client.path == "/openai/v1/chat/completions"
    assert one.promises("arena").user_agent == "browser"
    assert running("http://h", "h:1", "transparent").client.path == "/v1/chat/completions"
    assert one.installed()


@pytest.mark.parametrize(
    ("url", "bind", "dialect", "option"),
    [
        ("https://h", "h:1", "arena", "--base-url"),
        ("h:80", "h:1", "arena", "--base-url"),
        ("http://", "h:1", "arena", "--base-url"),
        ("http://h:x", "h:1", "arena", "--base-url"),
        ("http://h:99999", "h:1", "arena", "--base-url"),
        ("http://[::1", "h:1", "arena", "--base-url"),
        ("http://h", "", "arena", "--upstream-bind"),
        ("http://h", "9000", "arena", "--upstream-bind"),
        ("http://h", "h:1", "areena", "--dialect"),
    ],
)
def test_a_bad_option_of_a_running_proxy_is_named(
    url: str, bind: str, dialect: str, option: str
) -> None:
    assert option in complaint(running, url, bind, dialect)


def test_a_command_is_a_target() -> None:
    one = from_command("/opt/odd 'a b' {port} {upstream_host}", "openai")
    assert one.name == "odd"
    assert one.command == ("/opt/odd", "a b", "{port}", "{upstream_host}")
    assert one.given == "--proxy-command '/opt/odd '\"'\"'a b'\"'\"' {port} {upstream_host}' " \
        "--dialect openai"  # fmt: skip


@pytest.mark.parametrize("command", ["", "odd", "odd {port}", "odd {upstream}", "odd '{port}"])
def test_a_command_without_its_placeholders_is_refused(command: str) -> None:
    assert complaint(from_command, command, "transparent").startswith("--proxy-command ")


def test_a_command_in_no_dialect_is_refused() -> None:
    line = complaint(from_command, "odd {port} {upstream}", "klingon")
    assert line.startswith("--dialect klingon: it must be one of transparent, session, ")
