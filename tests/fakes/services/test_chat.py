"""Sessions and streams that come to their end: what is sent, stored and charged."""

import re
from pathlib import Path

import pytest

from fakes.services.shapes import AVAILABLE
from tests.fakes.services.stage import SESSIONS, Stage, events, issued, run

WELL_FORMED = re.compile(r"stream-[0-9]{13}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_a_session_is_stored_with_its_first_message(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")
            asked = {"title": "a title", "initialMessage": "hello"}
            made = await stage.ask("POST", SESSIONS, user.token, json=asked)
            told = made.json()
            assert made.status_code == 201
            assert re.fullmatch(r"[0-9a-f]{24}", told["sessionId"])
            shown = (await stage.ask("GET", f"{SESSIONS}/{told['sessionId']}", user.token)).json()
            (message,) = shown.pop("messages")
            assert shown == told == {**told, "createdAt": "2027-01-15T08:00:00.000Z"}
            assert (message["role"], message["content"]) == ("user", "hello")

    run(check)


def test_models_tell_their_price_and_whether_they_can_be_had(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")
            told = (await stage.ask("GET", "/api/models", user.token)).json()["models"]
            members = {"id", "name", "creditCost", "maxTokens", "available"}
            assert {frozenset(one) for one in told} == {frozenset(members)}
            assert {one["id"] for one in told if one["available"]} == set(AVAILABLE)
            assert len(told) > len(AVAILABLE)

    run(check)


def test_a_stream_sends_chunks_then_done_and_its_id_once(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            answer = await stage.stream(user, await stage.session(user), "one two")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            ids = answer.headers.get_list("X-Streaming-Session-Id")
            assert len(ids) == 1
            assert WELL_FORMED.fullmatch(ids[0])
            assert events(answer) == [
                ("chunk", {"text": "one "}),
                ("chunk", {"text": "two"}),
                ("done", {"tokensUsed": 2}),
            ]

    run(check)


def test_a_done_stream_is_charged_by_its_chunks(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=1000)
            session = await stage.session(user)
            asked = {"message": "a b c", "modelId": "fake-large"}
            path = f"{SESSIONS}/{session}/stream"
            assert (await stage.ask("POST", path, user.token, json=asked)).status_code == 200
            assert await stage.credits(user) == (985, 0)
            assert await stage.messages(user, session) == [("user", "a b c")]
            latest = stage.records.latest(session)
            assert latest is not None
            assert (latest.state, latest.chunks, latest.settled) == ("done", 3, 1)

    run(check)


def test_a_long_answer_reserves_more_on_its_way(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=250)
            session = await stage.session(user)
            told = events(await stage.stream(user, session, "word " * 150))
            assert told[-1] == ("done", {"tokensUsed": 150})
            assert await stage.credits(user) == (100, 0)
            told = events(await stage.stream(user, session, "word " * 150))
            assert len(told) == 101
            assert told[-1][0] == "error"
            assert told[-1][1]["code"] == "INSUFFICIENT_CREDITS"
            assert await stage.credits(user) == (0, 0)

    run(check)


@pytest.mark.parametrize(
    "text", ["\u2028\u0085", "\r\n\n", "漢😀", '"\\', "data: x\n\nevent: done"]
)
def test_any_text_arrives_whole(tmp_path: Path, text: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            told = events(await stage.stream(user, await stage.session(user), text))
            assert "".join(data["text"] for _, data in told[:-1]) == text

    run(check)


def test_a_lone_surrogate_of_the_model_is_escaped(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            chunk = stage.system.chats[0].chunk("a\ud800b")
            assert chunk == b'event: chunk\ndata: {"text":"a\\ud800b"}\n\n'

    run(check)


def test_without_credits_nothing_is_stored(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=99)
            session = await stage.session(user)
            before = stage.stored()
            answer = await stage.stream(user, session)
            assert answer.status_code == 402
            assert answer.json()["code"] == "INSUFFICIENT_CREDITS"
            assert stage.stored() == before
            assert await stage.credits(user) == (99, 0)

    run(check)


@pytest.mark.parametrize("model", ["no-such-model", "fake-retired"])
def test_a_model_that_cannot_be_had_is_400(tmp_path: Path, model: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            before = stage.stored()
            asked = {"message": "hi", "modelId": model}
            answer = await stage.ask("POST", f"{SESSIONS}/{session}/stream", user.token, json=asked)
            assert answer.status_code == 400
            assert stage.stored() == before

    run(check)


CALLS = [("GET", ""), ("GET", "/messages"), ("DELETE", ""), ("POST", "/stream")]
CALLS += [("POST", "/update-stream")]


def test_somebody_elses_session_is_not_there(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            owner, other = await stage.funded("user1"), await stage.funded("user2")
            session = await stage.session(owner)
            given = issued(await stage.stream(owner, session))
            before = stage.stored()
            bodies = {
                "/stream": {"message": "hi", "modelId": "fake"},
                "/update-stream": {
                    "completeResponse": "x",
                    "streamingSessionId": given,
                    "tokensUsed": 1,
                },
            }
            for method, rest in CALLS:
                for path in (f"{SESSIONS}/{session}{rest}", f"{SESSIONS}/{'0' * 24}{rest}"):
                    asked = {"json": bodies[rest]} if rest in bodies else {}
                    answer = await stage.ask(method, path, other.token, **asked)
                    assert (method, rest, answer.status_code) == (method, rest, 404)
                    assert answer.json()["message"]
            assert stage.stored() == before

    run(check)


def test_deleting_a_session_takes_everything_of_it(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            before = stage.stored()
            session = await stage.session(user, initialMessage="hello")
            given = issued(await stage.stream(user, session))
            answer = await stage.ask("DELETE", f"{SESSIONS}/{session}", user.token)
            assert (answer.status_code, answer.json()["sessionId"]) == (200, session)
            assert stage.stored() == {**before, "streams 4": 1}
            assert (await stage.update(user, session, given)).status_code == 404
            again = await stage.ask("DELETE", f"{SESSIONS}/{session}", user.token)
            assert again.status_code == 404

    run(check)
