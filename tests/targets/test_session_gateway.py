"""The session gateway: one instance for each user, and everything else as the upstream says it."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.services.users import user_id
from targets.reference.session_gateway import SessionGateway, user_of
from targets.reference.subject import session_gateway
from tests.targets.stage import ORIGIN, Said, Stage, config, run

ROOT = Path(__file__).resolve().parents[2]
SECOND = "http://second.invalid"
HOSTS = ("upstream.invalid", "second.invalid")
STREAM = "/api/chat/sessions/0123456789abcdef01234567/stream"


def token(**claims: object) -> str:
    """A JWT whose signature nobody checks here."""
    parts = (json.dumps({"alg": "HS256"}), json.dumps(claims), "signature")
    coded = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
    return b".".join(coded).decode()


def sent_by(*authorizations: str, **changes: Any) -> list[httpx.Request]:
    """What goes upstream for requests with these Authorization fields, through one gateway."""

    async def asked() -> list[httpx.Request]:
        stage = Stage(SessionGateway, **({"upstream_2": SECOND} | changes))
        for one in authorizations:
            fields = [(b"Authorization", one.encode())] if one else []
            await stage.ask("POST", STREAM, headers=fields)
        return stage.posts

    sent: list[httpx.Request] = run(asked)
    return sent


def hosts(*authorizations: str, **changes: Any) -> list[str]:
    sent = sent_by(*authorizations, **changes)
    assert all(one.headers["host"] == one.url.host for one in sent)
    return [one.url.host for one in sent]


@given(st.text(max_size=40))
@settings(deadline=None)
def test_a_user_keeps_the_instance_over_new_logins_and_a_restart(sub: str) -> None:
    first, second = (f"Bearer {token(sub=sub, jti=login)}" for login in ("1", "2"))
    before, after = hosts(first, "", second), hosts(second, first)
    assert {before[0], *after} == {before[2]}
    assert before[1] == HOSTS[0]


def test_the_two_users_of_the_trials_have_different_instances() -> None:
    users = [f"Bearer {token(sub=user_id(name))}" for name in ("user1", "user2")]
    assert hosts(*users) == list(HOSTS)


def test_users_are_spread_over_both_instances() -> None:
    used = hosts(*(f"Bearer {token(sub=f'user-{number}')}" for number in range(40)))
    assert 10 <= used.count(HOSTS[1]) <= 30


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer opaque",
        "Bearer a.b.c",
        "Bearer a..c",
        "Bearer é.ü.ö",
        f"Basic {token(sub='somebody')}",
        f"Bearer {token(sub=None)}",
        f"Bearer {token(sub=7)}",
        f"Bearer {token(username='somebody')}",
        f"Bearer {token(sub=chr(0xD800))}",
        f"Bearer a.{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.c",
        f"Bearer {token(sub='somebody')}, Bearer {token(sub='somebody')}",
    ],
    ids=lambda one: one[:30],
)
def test_without_a_user_the_first_instance_is_asked(authorization: str) -> None:
    assert user_of([(b"authorization", authorization.encode())]) == ""
    assert hosts(authorization) == [HOSTS[0]]


def test_the_scheme_is_read_without_case() -> None:
    assert user_of([(b"Authorization", f"bearer  {token(sub='é')}".encode())]) == "é"


def test_one_upstream_gets_everybody() -> None:
    users = [f"Bearer {token(sub=f'user-{number}')}" for number in range(8)]
    assert set(hosts(*users, upstream_2="")) == {HOSTS[0]}


def test_nothing_but_the_host_changes_on_the_way_to_the_second_instance() -> None:
    async def sent() -> list[httpx.Request]:
        stage = Stage(SessionGateway, upstream_2=SECOND)
        for sub in range(8):
            fields = [
                ("X-A", "1"),
                ("Authorization", f"Bearer {token(sub=str(sub))}"),
                ("x-a", "2"),
            ]
            await stage.ask("PUT", "/a%20b//c?x=%2F", content=b"\x00\xff", headers=fields)
        return stage.posts

    requests = run(sent)
    there = next(one for one in requests if one.url.host == HOSTS[1])
    assert (there.method, there.extensions["target"]) == ("PUT", b"/a%20b//c?x=%2F")
    assert there.content == b"\x00\xff"
    names = [name for name, _ in there.headers.raw]
    assert there.headers.raw[0] == (b"Host", b"second.invalid")
    assert names[1:] == [b"x-a", b"authorization", b"x-a", b"content-length"]


@pytest.mark.parametrize("status", [200, 204, 400, 402, 409, 502])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_answers_come_as_they_are(status: int, method: str) -> None:
    fields = [
        ("Content-Type", "application/json"),
        ("X-Streaming-Session-Id", "stream-1-0f0f0f0f"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "X-Streaming-Session-Id"),
    ]
    body = b'{"message":"Streaming session ID mismatch"}' if status >= 400 else b""
    stage = Stage(SessionGateway, Said(status, fields, [body]), upstream_2=SECOND)
    origin = {"Origin": "http://page.invalid"}
    answer = run(lambda: stage.ask(method, f"{STREAM}?x", headers=origin))
    assert (answer.status_code, answer.content) == (status, body)
    assert answer.headers.raw == [(name.encode(), value.encode()) for name, value in fields]


def test_a_planted_bug_of_another_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="gateway_buffers is a bug of"):
        session_gateway(config(), "gateway_buffers")


def test_the_process_knows_the_dialect(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"upstream = '{ORIGIN}'\nupstream_2 = '{SECOND}'\n")
    given = ["--dialect", "session", "--config", str(file), "--port", "1", "--defect", "seed_403"]
    command = [sys.executable, str(ROOT / "targets/reference"), *given]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "seed_403 is a bug of dialect arena, not of session" in ended.stderr
