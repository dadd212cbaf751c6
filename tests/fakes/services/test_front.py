"""What stands before every service: CORS, the rate limit, unknown routes, the last wall."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.services.stage import SESSIONS, Person, Stage, run

ORIGIN = {"Origin": "http://elsewhere.invalid"}
ALLOW = "access-control-allow-origin"
EXPOSE = "access-control-expose-headers"


def assert_exposed(answer: httpx.Response) -> None:
    assert answer.headers.get_list(ALLOW) == ["*"]
    assert answer.headers.get_list(EXPOSE) == ["X-Streaming-Session-Id"]


def test_health_is_open_at_every_spelling(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            paths = {"auth": "/api/auth", "accounting": "/api/credits", "chat": "/api"}
            for name, path in paths.items():
                answer = await stage.ask("GET", f"{path}/health")
                assert answer.json() == {"status": "ok", "service": name}
            for service in (stage.system.auth, stage.system.accounting, stage.system.chats[0]):
                stage.app = service.app
                answer = await stage.ask("GET", "/health")
                assert answer.json() == {"status": "ok", "service": service.name}

    run(check)


def test_every_answer_to_another_origin_exposes_the_id(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            told = {"message": "hi", "modelId": "fake"}
            calls: list[tuple[str, str, int, Any]] = [
                ("POST", f"{SESSIONS}/{session}/stream", 200, told),
                ("POST", f"{SESSIONS}/{session}/update-stream", 400, {}),
                ("GET", f"{SESSIONS}/{session}", 200, None),
                ("GET", f"{SESSIONS}/nobody", 404, None),
                ("GET", "/api/credits/balance", 200, None),
                ("GET", "/nowhere", 404, None),
                ("PUT", "/api/models", 405, None),
            ]
            for method, path, status, body in calls:
                answer = await stage.ask(method, path, user.token, json=body, headers=ORIGIN)
                assert answer.status_code == status
                assert_exposed(answer)
                answer = await stage.ask(method, path, json=body, headers=ORIGIN)
                assert_exposed(answer)

    run(check)


def test_without_origin_there_is_no_cors(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            answer = await stage.ask("GET", "/health")
            assert not [name for name in answer.headers if name.startswith("access-control")]

    run(check)


@pytest.mark.parametrize(
    "path", [f"{SESSIONS}/x/stream", "/api/auth/login", "/api/credits/balance"]
)
def test_a_preflight_allows_what_the_protocol_needs(tmp_path: Path, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            asked = {**ORIGIN, "Access-Control-Request-Method": "POST"}
            answer = await stage.ask("OPTIONS", path, headers=asked)
            assert answer.status_code == 204
            assert answer.headers.get_list(ALLOW) == ["*"]
            allowed = answer.headers["access-control-allow-headers"].split(", ")
            needed = {"Authorization", "Content-Type", "X-Streaming-Session-Id", "Last-Event-ID"}
            assert set(allowed) == needed
            methods = answer.headers["access-control-allow-methods"].split(", ")
            assert set(methods) == {"GET", "POST", "DELETE", "OPTIONS"}

    run(check)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", f"{SESSIONS}/{'a' * 24}", "DELETE, GET"),
        ("GET", f"{SESSIONS}/{'a' * 24}/stream", "POST"),
        ("OPTIONS", "/api/auth/login", "POST"),
        ("DELETE", "/api/credits/allocate", "POST"),
    ],
)
def test_a_wrong_method_is_405_and_told_the_right_ones(
    tmp_path: Path, method: str, path: str, allowed: str
) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            answer = await stage.ask(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
            assert answer.json()["message"]

    run(check)


@pytest.mark.parametrize("path", ["/", "/api", "/api/chat/sessions/", "/api/auth/health/", "/docs"])
def test_an_unknown_route_is_404_in_json(tmp_path: Path, path: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            answer = await stage.ask("GET", path)
            assert answer.status_code == 404
            assert answer.json()["message"]

    run(check)


def test_a_client_has_so_many_requests_a_minute_of_each_service(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path, rate_limit=2) as stage:
            for remaining in ("1", "0"):
                answer = await stage.ask("GET", "/api/health", headers=ORIGIN)
                assert answer.status_code == 200
                assert answer.headers["x-ratelimit-limit"] == "2"
                assert answer.headers["x-ratelimit-remaining"] == remaining
                assert answer.headers["x-ratelimit-reset"] == str(int(stage.now) + 60)
            stage.now += 20
            answer = await stage.ask("GET", "/api/health", headers=ORIGIN)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "40")
            assert answer.json()["code"] == "RATE_LIMITED"
            assert_exposed(answer)
            assert (await stage.ask("GET", "/api/auth/health")).status_code == 200
            stage.now += 40
            assert (await stage.ask("GET", "/api/health")).status_code == 200

    run(check)


def test_the_chat_services_own_calls_do_not_count(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path, rate_limit=1) as stage:
            stage.system.accounting.ledger.allocate("a", "u", 500, stage.now + 60, "", "admin")
            billing = stage.system.chats[0].billing
            assert [await billing.reserve("s", "u", 100) for _ in range(3)] == [True] * 3

    run(check)


def test_a_fault_of_our_own_is_a_500_that_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.login("user1")

            def broken(*_: object) -> None:
                raise RuntimeError("a secret of the house")

            monkeypatch.setattr(stage.records, "create", broken)
            answer = await created(stage, user)
            assert (answer.status_code, answer.json()) == (500, {"message": "Internal error."})
            assert_exposed(answer)

    run(check)


async def created(stage: Stage, user: Person) -> httpx.Response:
    return await stage.ask("POST", SESSIONS, user.token, json={"title": "t"}, headers=ORIGIN)


def test_accounting_that_does_not_answer_is_503(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            user = await stage.funded()
            session = await stage.session(user)

            def dead(request: httpx.Request) -> httpx.Response:
                raise httpx.ConnectError("nobody there")

            client = httpx.AsyncClient(transport=httpx.MockTransport(dead), base_url="http://x")
            monkeypatch.setattr(stage.system.chats[0].billing, "client", client)
            before = stage.stored()
            answer = await stage.stream(user, session)
            assert answer.status_code == 503
            assert answer.json()["code"] == "ACCOUNTING_UNAVAILABLE"
            assert stage.stored() == before

    run(check)
