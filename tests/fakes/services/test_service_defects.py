"""Each planted bug shows exactly its wrong behaviour, which the correct service does not have."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fakes.services.speaking import ModelFailed
from targets.defects import load
from targets.defects.id_committed_late import IdCommittedLate
from tests.fakes.services.stage import END, Model, Person, Stage, events, issued, run

Probe = Callable[[Stage, Model, Person], Awaitable[object]]
"""What a bug changes, as a value that differs from the correct service's."""


async def plain(stage: Stage, model: Model, user: Person, session: str) -> httpx.Response:
    model.say("a", END)
    return await stage.stream(user, session)


async def never_persisted(stage: Stage, model: Model, user: Person) -> object:
    other = await stage.funded("user2")
    foreign = issued(await plain(stage, model, other, await stage.session(other)))
    session = await stage.session(user)
    own = issued(await plain(stage, model, user, session))
    tried = [foreign.upper(), "garbage", f" {own}", foreign, "stream-1-0123abcd", own]
    return [(await stage.update(user, session, one)).status_code for one in tried]


async def second_stream_allowed(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    first = stage.open(user, session)
    own = await first.id()
    second = stage.open(user, session)
    status, _ = await second.head()
    update = await stage.update(user, session, own)
    model.say(END, END)
    await first.ended()
    await second.ended()
    return status, update.status_code


async def terminal_with_literal_newlines(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    good = events(await plain(stage, model, user, session))
    model.say("a", ModelFailed("no", "NO"))
    bad = events(await stage.stream(user, session))
    return [name for name, _ in good], [name for name, _ in bad]


async def complete_instead_of_done(stage: Stage, model: Model, user: Person) -> object:
    return events(await plain(stage, model, user, await stage.session(user)))


async def id_compared_loosely(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    own = issued(await plain(stage, model, user, session))
    tried = [own.upper(), f" {own}\n", own[:-1], own]
    return [(await stage.update(user, session, one)).status_code for one in tried]


async def mismatch_tells_id(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    own = issued(await plain(stage, model, user, session))
    answer = await stage.update(user, session, "stream-1-0123abcd")
    return answer.status_code, own in answer.text


async def second_update_overwrites(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    own = issued(await plain(stage, model, user, session))
    texts = ("a", "another")
    statuses = [(await stage.update(user, session, own, text)).status_code for text in texts]
    return statuses, (await stage.messages(user, session))[-1][1], await stage.credits(user)


async def refresh_token_admitted(stage: Stage, model: Model, user: Person) -> object:
    paths = ("/api/models", "/api/credits/balance")
    return [(await stage.ask("GET", path, user.refresh)).status_code for path in paths]


async def slot_kept_on_leave(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    talk = stage.open(user, session)
    await talk.head()
    talk.leave()
    await talk.ended()
    credits = await stage.credits(user)
    following = stage.open(user, session)
    status, _ = await following.head()
    following.leave()
    await following.ended()
    return status, credits


async def id_committed_late(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    own = issued(await plain(stage, model, user, session))
    at_once = (await stage.update(user, session, own)).status_code
    chat, latest = stage.system.chats[0], stage.records.latest(session)
    if isinstance(chat, IdCommittedLate) and latest:
        chat.commit(replace(latest, id=own))  # what its timer does
    return at_once, (await stage.update(user, session, own)).status_code


async def id_expires_in_flight(stage: Stage, model: Model, user: Person) -> object:
    session = await stage.session(user)
    talk = stage.open(user, session)
    own = await talk.id()
    stage.system.advance(stage.system.chats[0].settings.id_lifetime + 1)
    fresh = await stage.login("user1")
    during = (await stage.update(fresh, session, own)).status_code
    model.say(END)
    await talk.ended()
    return during, (await stage.update(fresh, session, own)).status_code


async def refused_message_stored(stage: Stage, model: Model, user: Person) -> object:
    poor = await stage.login("user2")
    session = await stage.session(poor)
    answer = await stage.stream(poor, session, "hello")
    return answer.status_code, await stage.messages(poor, session)


async def id_of_other_session_accepted(stage: Stage, model: Model, user: Person) -> object:
    other = await stage.funded("user2")
    session, second = await stage.session(user), await stage.session(user)
    foreign = issued(await plain(stage, model, other, await stage.session(other)))
    of_second = issued(await plain(stage, model, user, second))
    own = issued(await plain(stage, model, user, session))
    tried = [foreign, "stream-1-0123abcd", of_second, own]
    return [(await stage.update(user, session, one)).status_code for one in tried]


async def id_not_exposed(stage: Stage, model: Model, user: Person) -> object:
    origin = {"Origin": "http://elsewhere.invalid"}
    answer = await stage.ask("GET", "/api/models", user.token, headers=origin)
    names = ("access-control-allow-origin", "access-control-expose-headers")
    return [answer.headers.get(name) for name in names]


async def id_header_renamed(stage: Stage, model: Model, user: Person) -> object:
    answer = await plain(stage, model, user, await stage.session(user))
    return ["x-streaming-session-id" in answer.headers, "x-stream-id" in answer.headers]


DONE = [("chunk", {"text": "a"}), ("done", {"tokensUsed": 1})]
SHOWS: list[tuple[Probe, object, object]] = [
    (never_persisted, [400, 400, 400, 400, 400, 200], [400, 400, 400, 200, 200, 200]),
    (second_stream_allowed, (409, 200), (200, 400)),
    (terminal_with_literal_newlines, (["chunk", "done"], ["chunk", "error"]), (["chunk"],) * 2),
    (complete_instead_of_done, DONE, [DONE[0], ("complete", {"tokensUsed": 1})]),
    (id_compared_loosely, [400, 400, 400, 200], [200, 200, 400, 200]),
    (mismatch_tells_id, (400, False), (400, True)),
    (second_update_overwrites, ([200, 200], "a", (999, 0)), ([200, 200], "another", (996, 0))),
    (refresh_token_admitted, [401, 401], [200, 401]),
    (slot_kept_on_leave, (200, (1000, 0)), (409, (900, 100))),
    (id_committed_late, (200, 200), (400, 200)),
    (id_expires_in_flight, (200, 200), (400, 400)),
    (refused_message_stored, (402, []), (402, [("user", "hello")])),
    (id_of_other_session_accepted, [400, 400, 400, 200], [400, 400, 200, 200]),
    (id_not_exposed, ["*", "X-Streaming-Session-Id"], ["*", None]),
    (id_header_renamed, [True, False], [False, True]),
]


@pytest.mark.parametrize(("probe", "right", "wrong"), SHOWS, ids=lambda one: str(one)[:40])
def test_the_bug_shows_and_the_correct_service_has_it_not(
    tmp_path: Path,
    probe: Probe,
    right: object,
    wrong: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug = load(probe.__name__)
    monkeypatch.setattr(IdCommittedLate, "COMMIT_DELAY", 3600)

    async def seen(folder: Path, defect: type | None) -> object:
        model = Model()
        async with Stage(folder, model.speak, defect) as stage:
            return await probe(stage, model, await stage.funded())

    async def check() -> None:
        assert await seen(tmp_path / "right", None) == right
        assert await seen(tmp_path / "wrong", bug) == wrong

    run(check)


def test_a_short_lifetime_is_given_to_the_bug_that_needs_one_by_hand() -> None:
    assert load("id_expires_in_flight").served_id_lifetime == 1.0
    assert load("never_persisted").served_id_lifetime is None
