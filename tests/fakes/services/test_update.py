"""Updates: right is the id of the latest stream, verbatim and not expired, and nothing else."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.services.stage import END, SESSIONS, Model, Person, Stage, issued, run

MISMATCH = {"message": "Streaming session ID mismatch"}
HEADER = "X-Streaming-Session-Id"


def test_the_right_id_stores_the_answer_once(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            given = issued(await stage.stream(user, session))
            answer = await stage.update(user, session, given, "a b c")
            told = answer.json()
            assert (answer.status_code, told["sessionId"]) == (200, session)
            after = await stage.credits(user)
            again = await stage.update(user, session, given, "another text")
            assert (again.status_code, again.json()["messageId"]) == (200, told["messageId"])
            assert await stage.messages(user, session) == [
                ("user", "a b c"),
                ("assistant", "a b c"),
            ]
            assert await stage.credits(user) == after

    run(check)


def test_the_id_is_right_while_the_stream_runs(tmp_path: Path) -> None:
    async def check() -> None:
        model = Model()
        async with Stage(tmp_path, model.speak) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            talk = stage.open(user, session)
            given = await talk.id()
            stage.system.advance(600)
            assert (await stage.update(user, session, given, "early")).status_code == 200
            model.say(END)
            await talk.ended()
            assert (await stage.messages(user, session))[1:] == [("assistant", "early")]

    run(check)


def changed(given: str) -> dict[str, Any]:
    return {
        "another uuid": f"{given[:21]}{uuid.uuid4()}",
        "eight digits": "stream-1-0123abcd",
        "upper case": given.upper(),
        "padded": f" {given}",
        "trailing blank": f"{given} ",
        "line end": f"{given}\n",
        "quoted": f'"{given}"',
        "joined": f"{given}, {given}",
        "percent": given.replace("-", "%2D", 1),
        "cut": given[:-1],
        "time only": given[:20],
        "garbage": "incorrect-format",
        "long": given * 1000,
        "not ascii": given.replace("a", "à") + "é",
        "null character": f"{given}\0",
        "injection": "' OR '1'='1",
    }


@pytest.mark.parametrize("kind", sorted(changed("stream-")))
def test_any_other_id_is_a_mismatch_and_changes_nothing(tmp_path: Path, kind: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            given = issued(await stage.stream(user, session))
            before, credits = stage.stored(), await stage.credits(user)
            answer = await stage.update(user, session, changed(given)[kind])
            assert (answer.status_code, answer.json()) == (400, MISMATCH)
            assert (stage.stored(), await stage.credits(user)) == (before, credits)
            assert (await stage.update(user, session, given)).status_code == 200

    run(check)


@pytest.mark.parametrize("given", ["", None, 5, 5.5, True, ["x"], {"id": "x"}])
def test_no_id_or_one_of_another_type_is_400(tmp_path: Path, given: Any) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            await stage.stream(user, session)
            before = stage.stored()
            answer = await stage.update(user, session, given)
            assert answer.status_code == 400
            assert "streamingSessionId" in answer.json()["message"]
            assert stage.stored() == before

    run(check)


@pytest.mark.parametrize("whose", ["older stream", "other session", "other user", "none at all"])
def test_a_foreign_id_is_a_mismatch(tmp_path: Path, whose: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user, other = await stage.funded("user1"), await stage.funded("user2")
            session = await stage.session(user)
            foreign = {"user": user, "session": session}
            if whose == "other session":
                foreign = {"user": user, "session": await stage.session(user)}
            if whose == "other user":
                foreign = {"user": other, "session": await stage.session(other)}
            given = issued(await stage.stream(**foreign))  # type: ignore[arg-type]
            if whose == "none at all":
                session = await stage.session(user)
            else:
                await stage.stream(user, session)
            before = stage.stored()
            answer = await stage.update(user, session, given)
            assert (answer.status_code, answer.json()) == (400, MISMATCH)
            assert stage.stored() == before

    run(check)


def test_an_id_expires_after_its_streams_end_and_never_while_it_runs(tmp_path: Path) -> None:
    async def check() -> None:
        model = Model()
        async with Stage(tmp_path, model.speak, id_lifetime=100, token_lifetime=10_000) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            talk = stage.open(user, session)
            given = await talk.id()
            stage.system.advance(5000)
            model.say(END)
            await talk.ended()
            stage.system.advance(99)
            assert (await stage.update(user, session, given)).status_code == 200
            stage.system.advance(1)
            answer = await stage.update(user, session, given)
            assert (answer.status_code, answer.json()) == (400, MISMATCH)

    run(check)


async def by_header(
    stage: Stage, user: Person, session: str, fields: list[str], body: str | None
) -> httpx.Response:
    told: dict[str, Any] = {"completeResponse": "a b c", "tokensUsed": 3}
    told |= {"streamingSessionId": body} if body else {}
    named = [(HEADER.encode(), field.encode("latin-1")) for field in fields]
    headers = [(b"Authorization", f"Bearer {user.token}".encode()), *named]
    path = f"{SESSIONS}/{session}/update-stream"
    return await stage.ask("POST", path, json=told, headers=headers)


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        (["{}"], "", 200),
        ([" {}\t"], "", 200),
        (["{}"], "{}", 200),
        ([" {} "], "{}", 200),
        (["{}", "{}"], "", 400),
        (["{}", "{}"], "{}", 400),
        (["{}"], "stream-1-0123abcd", 400),
        (["stream-1-0123abcd"], "{}", 400),
        (["stream-1-0123abcd"], "", 400),
        (["{}, {}"], "", 400),
        (["\xa0{}"], "", 400),
        ([""], "", 400),
        ([""], "{}", 400),
        ([], "", 400),
    ],
)
def test_the_id_may_come_in_the_header_field(
    tmp_path: Path, fields: list[str], body: str, status: int
) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            given = issued(await stage.stream(user, session))
            sent = [field.format(given, given) for field in fields]
            answer = await by_header(stage, user, session, sent, body.format(given) or None)
            assert answer.status_code == status
            assert answer.json()["message"]
            assert len(await stage.messages(user, session)) == (2 if status == 200 else 1)

    run(check)


def test_the_header_has_the_name_that_was_chosen(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path, id_header="X-Turn", terminal_event="complete") as stage:
            user = await stage.funded()
            answer = await stage.stream(user, await stage.session(user))
            assert answer.headers["x-turn"].startswith("stream-")
            assert HEADER not in answer.headers
            assert "event: complete\n" in answer.text

    run(check)
