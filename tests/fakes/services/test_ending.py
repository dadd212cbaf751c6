"""Streams that end early, in every way: slot and credits are free at once, and nothing goes on."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fakes.services.speaking import BrokenOff, ModelFailed
from tests.fakes.services.stage import END, SESSIONS, Model, Person, Stage, run
from tests.fakes.services.talk import Talk

Check = Callable[[Stage, Model, Person, str, Talk], Awaitable[None]]


def amid(folder: Path, check: Check, chunks: int = 2) -> None:
    """Runs the check in the middle of a stream that has said so many chunks."""

    async def begun() -> None:
        model = Model()
        async with Stage(folder, model.speak) as stage:
            user = await stage.funded(credits=200)
            session = await stage.session(user)
            talk = stage.open(user, session)
            await talk.head()
            for number in range(chunks):
                model.say(f"text {number}")
                assert await talk.event() == ("chunk", {"text": f"text {number}"})
            await check(stage, model, user, session, talk)

    run(begun)


def state(stage: Stage, session: str) -> tuple[str, int, int]:
    latest = stage.records.latest(session)
    assert latest is not None
    return latest.state, latest.chunks, latest.settled


@pytest.mark.parametrize("chunks", [0, 1, 3])
def test_a_client_that_leaves_while_the_model_is_silent(tmp_path: Path, chunks: int) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        assert await stage.credits(user) == (100, 100)
        talk.leave()
        await talk.ended()
        assert model.closed.is_set()
        assert state(stage, session) == ("aborted", chunks, 1)
        assert await stage.credits(user) == (200 - chunks, 0)

    amid(tmp_path, check, chunks)


def test_the_next_stream_may_start_in_the_moment_the_client_has_left(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        refused = await stage.stream(user, session)
        assert (refused.status_code, refused.json()["code"]) == (409, "STREAM_RUNNING")
        talk.leave()
        following = stage.open(user, session)
        assert (await following.head())[0] == 200
        model.say(END)
        await following.ended()

    amid(tmp_path, check)


def test_credits_of_a_left_stream_pay_the_next_one(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        other = stage.open(user, await stage.session(user))
        assert (await other.head())[0] == 200
        assert (await stage.stream(user, await stage.session(user))).status_code == 402
        other.leave()
        talk.leave()
        following = stage.open(user, session)
        assert (await following.head())[0] == 200
        model.say(END)
        await following.ended()

    amid(tmp_path, check, chunks=0)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(ModelFailed("overloaded", "OVERLOADED"), "OVERLOADED"), (RuntimeError("boom"), "INTERNAL")],
)
def test_a_model_that_fails_ends_the_stream_with_an_error_event(
    tmp_path: Path, failure: Exception, code: str
) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        model.say(failure)
        name, data = await talk.event()
        assert (name, data["code"]) == ("error", code)
        assert "boom" not in data["error"]
        await talk.ended()
        assert state(stage, session) == ("aborted", 2, 1)
        assert await stage.credits(user) == (198, 0)

    amid(tmp_path, check)


def test_a_model_that_breaks_off_cuts_the_connection(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        model.say(BrokenOff())
        with pytest.raises(BrokenOff):
            await talk.ended()
        assert talk.messages.empty()
        assert state(stage, session) == ("aborted", 2, 1)
        assert await stage.credits(user) == (198, 0)

    amid(tmp_path, check)


def test_deleting_the_session_ends_its_stream(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        answer = await stage.ask("DELETE", f"{SESSIONS}/{session}", user.token)
        assert answer.status_code == 200
        assert await stage.credits(user) == (198, 0)
        name, data = await talk.event()
        assert (name, data["code"]) == ("error", "SESSION_DELETED")
        await talk.ended()
        assert model.closed.is_set()
        assert stage.records.latest(session) is None

    amid(tmp_path, check)


def test_a_restart_breaks_streams_and_keeps_all_else(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        latest = stage.records.latest(session)
        assert latest is not None
        before = stage.stored()
        stage.system.restart()
        with pytest.raises(BrokenOff):
            await talk.ended()
        assert state(stage, session) == ("aborted", 2, 1)
        assert stage.stored() == {**before, "holds 5": 0}
        assert await stage.credits(user) == (198, 0)
        assert (await stage.update(user, session, latest.id)).status_code == 200
        model.say("again", END)
        assert (await stage.stream(user, session)).status_code == 200

    amid(tmp_path, check)


def test_a_new_start_over_the_files_of_a_killed_system_is_the_same(tmp_path: Path) -> None:
    async def killed(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        stage.records.database.execute("PRAGMA wal_checkpoint")
        async with Stage(tmp_path) as fresh:
            assert state(fresh, session) == ("aborted", 2, 1)
            assert await fresh.credits(user) == (198, 0)
            assert (await fresh.stream(user, session)).status_code == 200
        stage.system.restart()

    amid(tmp_path, killed)


def test_credits_that_nobody_streams_for_come_back_at_a_restart(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        assert await stage.system.chats[0].billing.reserve("unborn", user.id, 50)
        assert await stage.credits(user) == (50, 150)
        stage.system.restart()
        assert await stage.credits(user) == (198, 0)

    amid(tmp_path, check)


def test_a_reset_forgets_all_but_the_users(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, talk: Talk) -> None:
        stage.system.advance(100)
        stage.system.reset()
        with pytest.raises(BrokenOff):
            await talk.ended()
        assert set(stage.stored().values()) == {0}
        assert stage.system.now() == stage.now
        assert (await stage.login("user1")).id == user.id
        assert set(stage.stored().values()) == {0}

    amid(tmp_path, check)


def test_one_of_two_streams_at_once_gets_the_slot(tmp_path: Path) -> None:
    async def check() -> None:
        model = Model()
        async with Stage(tmp_path, model.speak) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            talks = [stage.open(user, session) for _ in range(2)]
            assert sorted([(await talk.head())[0] for talk in talks]) == [200, 409]
            assert await stage.credits(user) == (900, 100)
            model.say(END)
            for talk in talks:
                await talk.ended()

    run(check)


def test_two_instances_have_sessions_of_their_own(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path, instances=2) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            stage.app = stage.system.origin(2)
            assert (await stage.stream(user, session)).status_code == 404
            assert (await stage.stream(user, await stage.session(user))).status_code == 200
            assert await stage.credits(user) == (997, 0)

    run(check)
