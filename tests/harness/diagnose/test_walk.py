"""A walk against systems that are not there, refuse, limit, or are called otherwise."""

import asyncio
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import requests

from harness.diagnose.endpoints import Login, Map, Members
from harness.diagnose.settings import Settings, located
from harness.diagnose.showing import encode
from harness.diagnose.walk import STEPS, Report, walk
from harness.errors import TargetError, UsageError
from harness.loop import Loop
from harness.target import CHECKOUT
from tests.harness.diagnose.stage import sample, services


def outcome(report: Report, name: str) -> tuple[str, str]:
    return next((step.outcome, step.saw) for step in report.steps if step.name == name)


def test_nobody_there_is_one_line_that_names_the_option() -> None:
    with pytest.raises(TargetError, match=r"^--auth-url http://127.0.0.1:1: nobody listens there"):
        walk(located("http://127.0.0.1:2", auth_url="http://127.0.0.1:1"))


@contextmanager
def saying(answer: bytes) -> Iterator[Settings]:
    """A server that says these bytes to everybody, and hangs up."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    with Loop() as loop:
        host, port = loop.serve(speak)
        yield located(f"http://{host}:{port}")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "it closed the connection without an answer"),
        (b"\x16\x03\x01 no HTTP\r\n\r\n", "it does not speak HTTP"),
    ],
)
def test_what_is_no_http_server_is_told(answer: bytes, told: str) -> None:
    with saying(answer) as settings, pytest.raises(TargetError, match=told):
        walk(settings)


def test_a_page_in_place_of_the_services_is_told() -> None:
    page = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>hello</html>"
    with saying(page) as settings, pytest.raises(UsageError) as refused:
        walk(settings)
    needed = "a JSON object with accessToken is needed"
    assert str(refused.value) == (
        f"--login of user1: /api/auth/login answered 200 text/html; {needed}"
    )


def test_a_wrong_password_is_told_by_its_option_and_does_not_show(tmp_path: Path) -> None:
    wrong = Login("user2", "hunter22")
    with services(tmp_path) as running:
        for settings, option in (
            (replace(running.settings, login=wrong), "--login of user2"),
            (replace(running.settings, admin=wrong), "--admin of user2"),
        ):
            with pytest.raises(UsageError, match=f"^{option}: .* 401") as refused:
                walk(settings)
            assert "hunter22" not in str(refused.value)


def test_who_may_not_give_credits_is_told(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        plain = replace(running.settings, admin=Login("user2", "User1@123"))
        with pytest.raises(UsageError, match=r"^--admin of user2: /api/credits/allocate .* 403"):
            walk(plain)


def test_without_credits_the_stream_is_refused(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        poor = replace(running.settings, map=Map(credits=0))
        with pytest.raises(TargetError, match=r"^--base-url: .*/stream answered 402"):
            walk(poor)


def test_the_terms_of_another_system_come_from_the_map(tmp_path: Path) -> None:
    told = {
        "id_header": "X-Ticket",
        "model": "fake",
        "long_message": "three more words",
        "events": {"done": "complete"},
        "paths": {"models": "", "auth_health": "/health"},
    }
    with services(tmp_path, terminal_event="complete", id_header="X-Ticket") as running:
        found = walk(running.settings).verdict
        report = walk(replace(running.settings, map=msgspec.convert(told, Map)))
    assert found.cause == "header name mismatch"
    assert found.evidence[1].startswith("an id came as x-ticket:")
    assert report.verdict.verdict == "all well", report.verdict
    assert outcome(report, "models") == ("skipped", "the map names the model")


def test_services_on_three_ports_are_well_and_the_client_knows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    with services(tmp_path, apart=True) as running:
        report = walk(replace(running.settings, client=sample()))
    assert report.verdict.verdict == "all well", report.verdict
    assert outcome(report, "your client")[0] == "ok"


def test_an_answer_without_the_account_is_told(tmp_path: Path) -> None:
    nowhere = Map(members=Members(account="user.number"))
    with services(tmp_path) as running, pytest.raises(UsageError, match=r"no user\.number"):
        walk(replace(running.settings, map=nowhere))


def test_an_unknown_event_is_told_and_is_none_of_the_nine_causes(tmp_path: Path) -> None:
    with services(tmp_path, defect="complete_instead_of_done") as running:
        found = walk(running.settings).verdict
    assert (found.verdict, found.cause) == ("cannot tell", "")
    assert "1 complete" in found.evidence[0]


def test_another_form_of_ids_is_told(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        odd = msgspec.structs.replace(running.settings.map, id_format="[0-9]+")
        report = walk(replace(running.settings, map=odd))
    assert outcome(report, "value format")[0] == "bad"
    assert "id_format in --map" in report.verdict.evidence[0]


def test_a_rate_limit_is_waited_for(tmp_path: Path) -> None:
    pauses: list[float] = []
    with services(tmp_path, rate_limit=20) as running:

        def wait(seconds: float) -> None:
            pauses.append(seconds)
            running.settings.wait(seconds)

        report = walk(replace(running.settings, wait=wait))
    assert report.verdict.verdict == "all well", report.verdict
    assert any(pause not in (running.settings.hold,) for pause in pauses)


def test_a_token_stands_for_a_login_and_shows_nowhere(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        walk(running.settings)  # gives the user credits
        token = requests.post(
            f"{running.url}/api/auth/login",
            json={"username": "user1", "password": "User1@123"},
            timeout=30,
        ).json()["accessToken"]
        report = walk(replace(running.settings, token=token))
    assert report.verdict.verdict == "all well", report.verdict
    assert outcome(report, "login")[0] == outcome(report, "credits")[0] == "skipped"
    assert token not in json.dumps(encode(report))
    assert token not in repr(running.settings) + repr(report)


def test_the_sessions_are_deleted(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        report = walk(running.settings)
        session = outcome(report, "session")[1]
        token = requests.post(
            f"{running.url}/api/auth/login",
            json={"username": "user1", "password": "User1@123"},
            timeout=30,
        ).json()["accessToken"]
        left = requests.get(
            f"{running.url}/api/chat/sessions/{session}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
    assert left.status_code == 404


def test_each_step_is_told_before_it_begins(tmp_path: Path) -> None:
    told: list[str] = []
    with services(tmp_path) as running:
        walk(running.settings, told.append)
    assert told == [name for name, _ in STEPS]


@pytest.mark.parametrize("command", ["no-such-program {base_url}", "'"])
def test_a_client_that_cannot_be_run_is_told(command: str, tmp_path: Path) -> None:
    with (
        services(tmp_path) as running,
        pytest.raises(UsageError, match=r"^--client .*cannot be run"),
    ):
        walk(replace(running.settings, client=command))


def test_an_empty_client_is_told(tmp_path: Path) -> None:
    with services(tmp_path) as running, pytest.raises(UsageError, match=r"^--client: a command"):
        walk(replace(running.settings, client=" "))


def test_a_client_that_asks_elsewhere_proves_nothing(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        idle = shlex.join([sys.executable, "-c", "raise SystemExit(7)"])
        report = walk(replace(running.settings, client=idle))
    assert report.verdict.verdict == "cannot tell"
    assert "no update; it ended with exit status 7" in outcome(report, "your client")[1]
    assert "{base_url}" in report.verdict.evidence[0]


def test_a_client_that_never_ends_is_ended(tmp_path: Path) -> None:
    with services(tmp_path) as running:
        hangs = shlex.join([sys.executable, "-c", "import threading; threading.Event().wait()"])
        report = walk(replace(running.settings, client=hangs, client_limit=0.2))
    assert "did not end within 0.2 s" in outcome(report, "your client")[1]


def test_an_id_sent_in_upper_case_is_case_sensitivity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    with services(tmp_path) as running:
        found = walk(replace(running.settings, client=sample("upper_cased_id"))).verdict
    assert found.cause == "case sensitivity"
    assert "values do" in found.fix
