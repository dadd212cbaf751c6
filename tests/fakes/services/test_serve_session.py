"""`proxytrial serve session` as a person uses it: in one terminal, with curl in another."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from fakes.services.users import user_id
from fakes.services.walkthrough import STEPS
from harness.errors import UsageError
from harness.serving import serve_session
from tests.fakes.services.stage import SECRETS, SESSIONS
from tests.fakes.services.terminal import Terminal, terminal

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


def printed(lines: list[str]) -> tuple[str, str]:
    """The block to be pasted, as it stands, and the `diagnose` line below it."""
    block = "\n".join(lines).partition("one by one or all of them:\n\n")[2]
    script, _, rest = block.partition("\n\nWhen an update is refused")
    return script, next(line for line in rest.split("\n") if line.startswith("uv run "))


def pasted(script: str) -> subprocess.CompletedProcess[str]:
    """The whole block, piped into a shell."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(["bash"], input=script, env=environment, text=True, capture_output=True)


@needs_curl
def test_the_printed_lines_work_and_each_request_is_told(tmp_path: Path) -> None:
    with terminal(tmp_path, "--pace", "0") as served:
        script, diagnose = printed(served.introduction)
        done = pasted(script)
        assert (done.returncode, done.stdout.count('"status":"ok"')) == (0, 3)
        statuses = re.findall(r"^\d{3}$", done.stdout, re.MULTILINE)
        assert statuses == ["201", "200", "200", "400", "200", "200", "200"]
        assert '{"message":"Streaming session ID mismatch"}' in done.stdout
        assert '"remainingCredits":994' in done.stdout
        assert done.stderr.count("event: done") == 2
        urls = served.urls
        log = served.stop()
    assert diagnose.endswith(
        f"diagnose --base-url {urls['chat']} --auth-url {urls['auth']}"
        f" --accounting-url {urls['accounting']}"
    )
    lines = log.splitlines()
    assert len(lines) == 15
    assert [
        one for one in lines if not re.match(r"\d\d:\d\d:\d\d (auth|accounting|chat) ", one)
    ] == []
    assert len(re.findall(r"/stream 200 [\d.]+ ms  issued stream-\S+$", log, re.MULTILINE)) == 2
    assert re.search(r"/update-stream 200 .* given (\S+)  stored \1  equal$", log, re.MULTILINE)
    assert re.search(r"/update-stream 400 .* stored stream-\S+  different$", log, re.MULTILINE)
    assert not re.search(r"eyJ|Bearer|User1@123", log)


def test_no_heading_opens_a_quotation() -> None:
    headings = [title for title, _ in STEPS]
    assert [title for title in headings if re.search("['\"`\\\\]", title)] == []


def admitted(served: Terminal) -> dict[str, str]:
    """The admin's header field."""
    asked = {"username": "admin", "password": SECRETS["admin"]}
    told = served.ask("POST", "auth", "/api/auth/login", json=asked)
    return {"Authorization": f"Bearer {told['accessToken']}"}


def test_what_a_client_writes_cannot_spoil_the_log(tmp_path: Path) -> None:
    with terminal(tmp_path) as served:
        mine = admitted(served)
        secret = mine["Authorization"].split()[1]
        made = served.ask("POST", "chat", SESSIONS, json={"title": "t"}, headers=mine)
        body = {
            "completeResponse": "",
            "tokensUsed": 0,
            "streamingSessionId": f"\x1b[31m\n{secret}",
        }
        path = f"{SESSIONS}/{made['sessionId']}/update-stream"
        assert "mismatch" in served.ask("POST", "chat", path, json=body, headers=mine)["message"]
        assert served.ask("GET", "chat", f"/%1b%5b2J%0a/{secret}/{'x' * 500}", headers=mine)
        log = served.stop(signal.SIGTERM)
    assert len(log.splitlines()) == 4
    assert "\x1b" not in log
    assert secret[:20] not in log
    assert r"given \x1b[31m\n(a token)" in log
    assert "stored (none)  different" in log
    assert max(map(len, log.splitlines())) < 300


def test_it_ends_at_once_in_the_middle_of_a_stream_and_charges_what_was_sent(
    tmp_path: Path,
) -> None:
    with terminal(tmp_path, "--pace", "3600") as served:
        mine = admitted(served)
        asked = {"userId": user_id("admin"), "credits": 500}
        served.ask("POST", "accounting", "/api/credits/allocate", json=asked, headers=mine)
        made = served.ask("POST", "chat", SESSIONS, json={"title": "t"}, headers=mine)
        url = f"{served.urls['chat']}{SESSIONS}/{made['sessionId']}/stream"
        body = {"message": "one two", "modelId": "fake"}
        with (
            httpx.Client(headers=mine, trust_env=False, timeout=60) as client,
            client.stream("POST", url, json=body) as answer,
        ):
            assert b"one" in next(answer.iter_raw())
            served.stop(signal.SIGTERM)
    with terminal(tmp_path, "--defect", "id_not_exposed") as served:
        told = served.ask("GET", "accounting", "/api/credits/balance", headers=mine)
        assert (told["remainingCredits"], told["reservedCredits"]) == (499, 0)
        origin = {"Origin": "http://elsewhere.invalid"}
        answer = httpx.get(f"{served.urls['chat']}/health", headers=origin, trust_env=False)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-expose-headers" not in answer.headers
        served.stop()


def refused(data: Path, ports: tuple[int, int, int] = (0, 0, 0), defect: str = "") -> str:
    """What it says when it does not even begin."""
    with pytest.raises(UsageError) as told:
        serve_session(*ports, data, defect, 0, 0, 1800)
    return str(told.value)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_busy_port_names_its_option(tmp_path: Path, place: int) -> None:
    option = ("--auth-port", "--accounting-port", "--chat-port")[place]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = [0, 0, 0]
        ports[place] = port
        told = refused(tmp_path, (ports[0], ports[1], ports[2]))
        assert told == f"{option} {port}: this port is in use; choose another"


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_names_its_option(tmp_path: Path, port: int) -> None:
    told = f"--chat-port {port}: 0 (any free one) to 65535 is needed"
    assert refused(tmp_path, (0, 0, port)) == told


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("never_persistd", "did you mean never_persisted"),
        ("seed_403", "--defect seed_403: this is no bug of a session service"),
    ],
)
def test_a_bug_that_is_none_of_a_service_is_told(tmp_path: Path, name: str, message: str) -> None:
    assert message in refused(tmp_path, defect=name)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file" / "x") == f"--data {tmp_path / 'file' / 'x'}: Not a directory"
    assert refused(tmp_path / "file") == f"--data {tmp_path / 'file'}: this is no folder"
    (tmp_path / "chat-1.sqlite").write_bytes(b"not a database" * 100)
    assert refused(tmp_path) == f"--data {tmp_path}: file is not a database"


def test_two_cannot_share_their_data(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"):
        told = refused(tmp_path)
    assert told == f"--data {tmp_path}: another `serve session` is using it; give another --data"
