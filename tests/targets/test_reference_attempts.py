"""In whose name a bridge asks again, and what it reports when it gives up."""

import asyncio
from typing import Any

import httpx
import pytest

from targets.reference.bridge import Bridge
from targets.reference.gateway import Gateway
from tests.targets.stage import (
    CHALLENGE,
    END,
    FINE,
    IDENTITIES,
    TOKENS,
    Said,
    Stage,
    credential,
    leave,
    line,
    refused,
    run,
)


def chat(*script: Said, stream: bool = True, **changes: Any) -> httpx.Response:
    answer: httpx.Response = run(lambda: Stage(Bridge, *script, **changes).chat(stream))
    return answer


@pytest.mark.parametrize(
    ("failure", "status"),
    [(httpx.ConnectError, 502), (httpx.ReadTimeout, 504), (httpx.RemoteProtocolError, 502)],
)
@pytest.mark.parametrize("kind", [Bridge, Gateway])
def test_upstream_that_cannot_be_had(
    kind: type[Bridge] | type[Gateway], failure: type[httpx.HTTPError], status: int
) -> None:
    stage = Stage(kind, Said(fails=failure))
    assert run(stage.chat).status_code == status
    assert len(stage.posts) == 1


def test_next_request_starts_with_the_credential_that_worked_last() -> None:
    async def used() -> list[str]:
        stage = Stage(Bridge, refused(401), refused(403), FINE)
        await stage.chat()
        await stage.chat()
        return [credential(one) for one in stage.posts]

    assert run(used) == [*TOKENS, TOKENS[2]]


@pytest.mark.parametrize("status", [401, 403, 429])
def test_no_credential_left_reports_the_last_status_and_cause(status: int) -> None:
    answer = chat(refused(status, "plan is over", retry_after="9"))
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "9"
    assert f"{status}" in answer.json()["error"]["message"]
    assert "plan is over" in answer.json()["error"]["message"]


def test_challenge_changes_the_identity_for_the_next_request_only() -> None:
    async def used() -> list[tuple[str, bool]]:
        stage = Stage(Bridge, CHALLENGE)
        for _ in range(3):
            await stage.chat()
        agents = [one.headers["user-agent"] for one in stage.posts]
        clearances = {one.user_agent: one.clearance for one in IDENTITIES}
        return [
            (one, clearances[one] in sent.headers["cookie"])
            for one, sent in zip(agents, stage.posts, strict=True)
        ]

    first, second = (one.user_agent for one in IDENTITIES)
    assert run(used) == [(first, True), (second, True), (first, True)]


def test_challenge_error_is_named_as_one() -> None:
    error = chat(CHALLENGE).json()["error"]
    told = f"{error['type']} {error['code']}"
    assert error["type"] == "upstream_challenge"
    assert not any(word in told for word in ("auth", "permission", "api_key", "unauthorized"))


def test_redirect_is_reported_without_its_target() -> None:
    answer = chat(Said(302, [("location", "http://other.invalid/?token=token-one")]))
    assert answer.status_code == 502
    assert "302" in answer.json()["error"]["message"]
    assert b"other.invalid" not in answer.content


@pytest.mark.parametrize("kind", [Bridge, Gateway])
@pytest.mark.parametrize("event", ["waiting", "down"])
def test_client_that_leaves_closes_the_upstream_answer(
    kind: type[Bridge] | type[Gateway], event: str
) -> None:
    async def log() -> list[str]:
        pieces = [line("a0", "text")] if event == "down" else []
        stage = Stage(kind, Said(200, FINE.headers, pieces, gate=asyncio.Event().wait))
        await leave(stage, event)
        return stage.log

    assert run(log)[-1] == "closed"


def test_finished_stream_is_read_to_its_end_so_that_the_connection_is_used_again() -> None:
    async def log() -> list[str]:
        stage = Stage(Bridge, Said(pieces=[line("a0", "text"), END, b"\n"]))
        await stage.chat()
        return stage.log

    assert run(log)[-3:] == ["down", "up 2", "closed"]
