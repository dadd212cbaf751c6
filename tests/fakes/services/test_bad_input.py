"""Whatever comes in: a 4xx with a JSON body, and nothing stored."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.services.stage import SESSIONS, Stage, issued, run

GOOD: dict[str, dict[str, Any]] = {
    "/api/auth/login": {"username": "user1", "password": "User1@123"},
    "/api/credits/allocate": {"userId": "u", "credits": 5, "expiryDays": 3, "notes": "n"},
    SESSIONS: {"title": "t", "initialMessage": "m"},
    f"{SESSIONS}/{{}}/stream": {"message": "m", "modelId": "fake"},
    f"{SESSIONS}/{{}}/update-stream": {
        "completeResponse": "c",
        "streamingSessionId": "{}",
        "tokensUsed": 1,
    },
}
NOT_JSON = {
    "empty": b"",
    "cut": b'{"title": "t"',
    "two": b"{}{}",
    "form": b"title=t",
    "null": b"null",
    "list": b"[]",
    "string": b'"text"',
    "number": b"1" * 400,
    "nan": b'{"x": NaN}',
    "infinity": b'{"x": -Infinity}',
    "bytes": b'{"x": "\xff\xfe"}',
    "utf-16": '{"x": 1}'.encode("utf-16"),
    "surrogate": b'{"x": "\\ud800"}',
    "control": b'{"x": "\x01"}',
    "deep list": b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep object": b'{"x":' * 50_000 + b"1" + b"}" * 50_000,
    "huge": b'{"title": "' + b"x" * 10_485_760 + b'"}',
}
WRONG: list[Any] = [None, True, 5.5, [], {}, "", "\0", "a\0b", -1, 10**400, 1e300, "x" * 1_048_576]
TYPED = {"credits", "expiryDays", "tokensUsed"}


def spoiled(path: str, member: str, value: Any) -> bytes:
    return json.dumps({**GOOD[path], member: value}).encode()


async def refused(stage: Stage, path: str, session: str, body: bytes, kind: str = "") -> int:
    """Sends it as the user with the most rights, and looks that nothing came of it."""
    token = (await stage.login("admin")).token
    before = stage.stored()
    headers = {"Content-Type": kind or "application/json"}
    asked = {"content": body, "headers": headers}
    answer = await stage.ask("POST", path.format(session), token, **asked)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["message"]
    assert stage.stored() == before
    return answer.status_code


async def prepared(stage: Stage) -> str:
    """The session of an admin who has credits and a stream."""
    admin = await stage.funded("admin")
    session = await stage.session(admin)
    assert issued(await stage.stream(admin, session))
    return session


@pytest.mark.parametrize("kind", sorted(NOT_JSON))
def test_what_is_not_json(tmp_path: Path, kind: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            session = await prepared(stage)
            for path in GOOD:
                status = await refused(stage, path, session, NOT_JSON[kind])
                assert status == (413 if kind == "huge" else 400)

    run(check)


@pytest.mark.parametrize("path", GOOD)
def test_wrong_members(tmp_path: Path, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            session = await prepared(stage)
            for member in GOOD[path]:
                for value in WRONG:
                    if value == "" and member in ("notes", "initialMessage", "completeResponse"):
                        continue
                    status = await refused(stage, path, session, spoiled(path, member, value))
                    assert status in (400, 413), (member, str(value)[:20])

    run(check)


@pytest.mark.parametrize("path", GOOD)
def test_missing_members(tmp_path: Path, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            session = await prepared(stage)
            for member in GOOD[path].keys() - {"notes", "initialMessage", "expiryDays"}:
                rest = {name: value for name, value in GOOD[path].items() if name != member}
                assert await refused(stage, path, session, json.dumps(rest).encode()) == 400

    run(check)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x"])
def test_a_body_that_is_not_said_to_be_json(tmp_path: Path, kind: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            session = await prepared(stage)
            for path in GOOD:
                body = json.dumps(GOOD[path]).encode()
                assert await refused(stage, path, session, body, kind) == 400

    run(check)


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    async def check() -> None:
        taken = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield b"x" * 65_536

        async with Stage(tmp_path) as stage:
            headers = {"Content-Type": "application/json"}
            answer = await stage.ask("POST", "/api/auth/login", content=endless(), headers=headers)
            assert answer.status_code == 413
            assert taken == 17

    run(check)


@pytest.mark.parametrize("text", ["'; DROP TABLE sessions; --", "' OR 1=1 --", '" OR ""="', "%00"])
def test_sql_is_only_text(tmp_path: Path, text: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            login = {"username": text, "password": text}
            assert (await stage.ask("POST", "/api/auth/login", json=login)).status_code == 401
            user = await stage.funded()
            session = await stage.session(user, title=text, initialMessage=text)
            given = issued(await stage.stream(user, session, text))
            assert (await stage.update(user, session, text, text)).status_code == 400
            assert (await stage.update(user, session, given, text)).status_code == 200
            told = [("user", text), ("user", text), ("assistant", text)]
            assert await stage.messages(user, session) == told
            for path in (f"{SESSIONS}/{text}", f"{SESSIONS}/{session}{text}"):
                assert (await stage.ask("GET", path, user.token)).status_code in (404, 405)

    run(check)


@pytest.mark.parametrize("number", ["5", "5.0", "5e0", "0.5e1"])
def test_an_integer_may_be_written_in_any_way(tmp_path: Path, number: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            admin = await stage.login("admin")
            body = f'{{"userId": "{admin.id}", "credits": {number}}}'
            headers = {"Content-Type": "application/json"}
            path = "/api/credits/allocate"
            answer = await stage.ask("POST", path, admin.token, content=body, headers=headers)
            assert (answer.status_code, await stage.credits(admin)) == (201, (5, 0))

    run(check)


def test_members_that_nobody_knows_are_ignored(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")
            asked = {"title": "t", "userId": "somebody else", "sessionId": "0" * 24}
            answer = await stage.ask("POST", SESSIONS, user.token, json=asked)
            assert answer.status_code == 201
            assert answer.json()["sessionId"] != "0" * 24

    run(check)


def test_without_a_token_nothing_of_the_body_is_looked_at(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            for path in list(GOOD)[1:]:
                headers = {"Content-Type": "application/json"}
                answer = await stage.ask("POST", path, content=b"{", headers=headers)
                assert answer.status_code == 401

    run(check)
