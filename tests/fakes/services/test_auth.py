"""Tokens: what they say, whom they let in, and when they end."""

from pathlib import Path
from typing import Any

import jwt
import pytest

from fakes.services.users import user_id
from tests.fakes.services.stage import SECRETS, SESSIONS, Stage, run

LOGIN = "/api/auth/login"
BALANCE = "/api/credits/balance"


@pytest.mark.parametrize(
    ("name", "role"), [("admin", "admin"), ("supervisor2", "supervisor"), ("user1", "enduser")]
)
def test_login_tells_the_user_and_gives_two_tokens(tmp_path: Path, name: str, role: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            asked = {"username": name, "password": SECRETS[name]}
            answer = await stage.ask("POST", LOGIN, json=asked)
            told = answer.json()
            assert answer.status_code == 200
            assert told["user"]["role"] == role
            assert told["user"]["id"] == user_id(name)
            for kind, seconds in (("access", 900), ("refresh", 7 * 24 * 3600)):
                claims = jwt.decode(told[f"{kind}Token"], options={"verify_signature": False})
                assert claims["sub"] == told["user"]["id"]
                assert (claims["username"], claims["role"]) == (name, role)
                assert claims["type"] == kind
                assert claims["exp"] - claims["iat"] == seconds

    run(check)


@pytest.mark.parametrize("asked", [{"username": "user1"}, {"password": "x"}, {}, {"username": ""}])
def test_missing_members_are_400(tmp_path: Path, asked: dict[str, Any]) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            answer = await stage.ask("POST", LOGIN, json=asked)
            assert answer.status_code == 400
            assert answer.json()["message"] == answer.json()["error"]

    run(check)


@pytest.mark.parametrize(("name", "password"), [("user1", "wrong"), ("nobody", "User1@123")])
def test_wrong_credentials_are_401(tmp_path: Path, name: str, password: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            answer = await stage.ask("POST", LOGIN, json={"username": name, "password": password})
            assert answer.status_code == 401
            assert answer.json()["error"] == "Invalid credentials"
            assert stage.system.issued() == ()

    run(check)


def test_two_logins_in_one_second_give_four_tokens_and_all_are_remembered(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            first, second = await stage.login("user1"), await stage.login("user1")
            tokens = {first.token, first.refresh, second.token, second.refresh}
            assert len(tokens) == 4
            assert set(stage.system.issued()) == tokens
            stage.system.reset()
            assert stage.system.issued() == ()

    run(check)


def forged(token: str, kind: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    if kind == "unsigned":
        return jwt.encode(claims, "", "none")
    if kind == "other key":
        return jwt.encode(claims, "k" * 32, "HS256")
    head, body, signature = token.split(".")
    other = jwt.encode({**claims, "sub": "x"}, "k" * 32, "HS256").split(".")[1]
    return {
        "other claims": f"{head}.{other}.{signature}",
        "cut": f"{head}.{body}",
        "deep": f"{'W1t' * 20000}.{body}.{signature}",
        "garbage": "not a token",
        "not ascii": "töken",
    }[kind]


KINDS = ["unsigned", "other key", "other claims", "cut", "deep", "garbage", "not ascii"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [BALANCE, f"{SESSIONS}/{'a' * 24}"])
def test_a_forged_token_opens_nothing(tmp_path: Path, kind: str, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            token = forged((await stage.login("user1")).token, kind)
            headers = [(b"Authorization", f"Bearer {token}".encode())]
            answer = await stage.ask("GET", path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["message"]

    run(check)


@pytest.mark.parametrize("fields", [[], [""], ["Bearer"], ["Basic {}"], ["Bearer {}", "Bearer {}"]])
def test_a_token_comes_once_and_as_bearer(tmp_path: Path, fields: list[str]) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            token = (await stage.login("user1")).token
            headers = [("Authorization", field.format(token)) for field in fields]
            assert (await stage.ask("GET", BALANCE, headers=headers)).status_code == 401

    run(check)


@pytest.mark.parametrize("path", [BALANCE, "/api/models"])
def test_only_an_access_token_opens_and_only_while_it_lives(tmp_path: Path, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path, token_lifetime=60) as stage:
            user = await stage.login("user1")
            assert (await stage.ask("GET", path, user.refresh)).status_code == 401
            stage.system.advance(59)
            assert (await stage.ask("GET", path, user.token)).status_code == 200
            stage.system.advance(1)
            assert (await stage.ask("GET", path, user.token)).status_code == 401

    run(check)


def test_tokens_survive_a_new_start_over_the_same_files(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")
        async with Stage(tmp_path) as stage:
            assert (await stage.ask("GET", BALANCE, user.token)).status_code == 200
            assert (tmp_path / "signing-key").stat().st_mode & 0o077 == 0

    run(check)
