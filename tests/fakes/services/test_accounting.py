"""Credits: who may give them, what streams hold, and that nothing is charged twice."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.services.stage import Person, Stage, run

DAY = 24 * 3600


async def internal(stage: Stage, what: str, body: dict[str, Any]) -> httpx.Response:
    token = stage.system.auth.tokens.sign({"sub": "chat-1", "type": "service"}, 60)
    return await stage.ask("POST", f"/api/streaming-sessions/{what}", token, json=body)


async def reserve(stage: Stage, user: Person, credits: int, stream: str = "s") -> httpx.Response:
    asked = {"streamingSessionId": stream, "userId": user.id, "instance": "chat-1"}
    return await internal(stage, "initialize", {**asked, "credits": credits})


async def settle(stage: Stage, what: str, chunks: int, stream: str = "s") -> httpx.Response:
    asked = {"streamingSessionId": stream, "chunks": chunks, "creditCost": 2}
    return await internal(stage, what, asked)


def test_allocation_is_told_and_counts(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")
            answer = await stage.allocate(user, 70, expiryDays=1, notes="a gift")
            told = answer.json()
            assert answer.status_code == 201
            assert (told["userId"], told["totalCredits"]) == (user.id, 70)
            assert told["expiresAt"] == "2027-01-16T08:00:00.000Z"
            balance = await stage.ask("GET", "/api/credits/balance", user.token)
            assert balance.json() == {
                "userId": user.id,
                "totalCredits": 70,
                "remainingCredits": 70,
                "reservedCredits": 0,
                "accounting": "chunks_sent",
            }

    run(check)


@pytest.mark.parametrize(("name", "status"), [("admin", 201), ("supervisor1", 201), ("user1", 403)])
def test_only_admin_and_supervisor_allocate(tmp_path: Path, name: str, status: int) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            giver = await stage.login(name)
            asked = {"userId": giver.id, "credits": 5}
            answer = await stage.ask("POST", "/api/credits/allocate", giver.token, json=asked)
            assert answer.status_code == status
            assert (await stage.credits(giver))[0] == (5 if status == 201 else 0)

    run(check)


def test_credits_for_the_user_name_go_to_another_account(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user, admin = await stage.login("user1"), await stage.login("admin")
            asked = {"userId": "user1", "credits": 5}
            answer = await stage.ask("POST", "/api/credits/allocate", admin.token, json=asked)
            assert answer.status_code == 201
            assert await stage.credits(user) == (0, 0)

    run(check)


@pytest.mark.parametrize("what", ["initialize", "finalize", "abort"])
def test_end_users_do_not_reach_the_reservations(tmp_path: Path, what: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            path = f"/api/streaming-sessions/{what}"
            admin = await stage.login("admin")
            assert (await stage.ask("POST", path, json={})).status_code == 401
            assert (await stage.ask("POST", path, admin.token, json={})).status_code == 403
            assert (await stage.ask("POST", path, admin.refresh, json={})).status_code == 401

    run(check)


def test_the_token_of_a_service_is_not_a_users(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            token = stage.system.auth.tokens.sign({"sub": "chat-1", "type": "service"}, 60)
            for path in ("/api/credits/balance", "/api/models"):
                assert (await stage.ask("GET", path, token)).status_code == 401

    run(check)


@pytest.mark.parametrize("what", ["finalize", "abort"])
def test_what_is_not_used_comes_back_once(tmp_path: Path, what: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=50)
            answer = await reserve(stage, user, 40)
            assert answer.json() == {"streamingSessionId": "s", "reservedCredits": 40}
            assert await stage.credits(user) == (10, 40)
            for chunks in (3, 7):
                answer = await settle(stage, what, chunks)
                assert answer.json()["chargedCredits"] == 6
                assert answer.json()["refundedCredits"] == 34
            assert await stage.credits(user) == (44, 0)

    run(check)


def test_a_stream_is_never_charged_more_than_it_holds(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=50)
            await reserve(stage, user, 40)
            assert (await settle(stage, "finalize", 1000)).json()["chargedCredits"] == 40
            assert await stage.credits(user) == (10, 0)

    run(check)


def test_a_stream_that_holds_some_can_hold_more_until_it_is_settled(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user, other = await stage.funded(credits=50), await stage.login("user2")
            await reserve(stage, user, 30)
            assert (await reserve(stage, user, 20)).json()["reservedCredits"] == 50
            assert (await reserve(stage, user, 1)).status_code == 402
            assert (await reserve(stage, other, 1)).status_code == 409
            await settle(stage, "finalize", 1)
            assert (await reserve(stage, user, 1)).status_code == 409
            assert await stage.credits(user) == (48, 0)

    run(check)


def test_too_few_credits_are_402_and_hold_nothing(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded(credits=39)
            answer = await reserve(stage, user, 40)
            assert answer.status_code == 402
            assert answer.json()["code"] == "INSUFFICIENT_CREDITS"
            assert await stage.credits(user) == (39, 0)
            assert (await settle(stage, "abort", 0)).status_code == 404

    run(check)


def test_credits_that_expire_first_are_spent_first(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path, token_lifetime=3 * DAY) as stage:
            user = await stage.login("user1")
            await stage.allocate(user, 10, expiryDays=2)
            await stage.allocate(user, 10, expiryDays=1)
            await reserve(stage, user, 15)
            await settle(stage, "finalize", 6)
            assert await stage.credits(user) == (8, 0)
            stage.system.advance(DAY)
            assert await stage.credits(user) == (8, 0)
            stage.system.advance(DAY)
            assert await stage.credits(user) == (0, 0)

    run(check)
