"""What the reference lets in and what it shows: limits, operations, configuration, secrets."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from targets.reference.bridge import Bridge
from targets.reference.chat import parse
from targets.reference.config import load
from targets.reference.redaction import MASK, Redactor
from tests.targets.stage import (
    FINE,
    KEY,
    TOKENS,
    Stage,
    config,
    refused,
    run,
)


def test_key_has_a_limit_a_minute() -> None:
    async def answers() -> list[httpx.Response]:
        stage = Stage(Bridge, requests_per_minute=1)
        return [await stage.chat(), await stage.chat()]

    first, second = run(answers)
    assert (first.status_code, second.status_code) == (200, 429)
    assert 1 <= int(second.headers["retry-after"]) <= 60


def test_body_over_the_limit_is_refused_without_the_upstream() -> None:
    async def result() -> tuple[int, int]:
        stage = Stage(Bridge, max_body=10)
        return (await stage.chat()).status_code, len(stage.posts)

    assert run(result) == (413, 0)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "tool_calls": [{}]},
        {"role": "user", "content": [{"type": "text", "text": ""}]},
        {"role": "system", "content": ""},
    ],
)
def test_awkward_but_legal_messages_are_accepted(message: dict[str, Any]) -> None:
    body = json.dumps({"model": "fake", "messages": [message]}).encode()
    assert parse(body, ["fake"]).text == ""


def test_operations_show_no_secret() -> None:
    async def told() -> list[httpx.Response]:
        stage, fields = Stage(Bridge, refused(403), FINE), {"Authorization": f"Bearer {KEY}"}
        paths = ("self-test", "metrics", "models", "health")
        return [await stage.ask("GET", f"/api/v1/{path}", headers=fields) for path in paths]

    test, counts, models, health = run(told)
    assert test.json()["ok"] is True
    assert test.json()["first_event_ms"] >= 0
    assert counts.json()["forbidden"] == {"credential 1": 1, "credential 2": 0, "credential 3": 0}
    assert models.json()["data"][0]["id"] == "fake"
    assert health.json() == {"status": "ok"}
    assert not any(token in one.text for one in (test, counts, models, health) for token in TOKENS)


@pytest.mark.parametrize("path", ["self-test", "metrics", "models"])
def test_operations_need_a_key(path: str) -> None:
    assert run(lambda: Stage(Bridge).ask("GET", f"/api/v1/{path}")).status_code == 401


def test_redactor_masks_the_longer_secret_first_and_forgets_the_oldest() -> None:
    redact = Redactor(["abc", "abcdef", ""])
    assert redact("abcdef abc") == f"{MASK} {MASK}"
    for number in range(1000):
        redact.learn(f"captcha-{number}-")
    assert redact("captcha-999- captcha-0-") == f"{MASK} captcha-0-"


def test_config_refuses_a_misspelt_key(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text('upstream = "http://127.0.0.1:1"\nkeepalives = 3\n')
    with pytest.raises(msgspec.ValidationError, match="keepalives"):
        load(file)


def test_bridge_needs_a_credential() -> None:
    with pytest.raises(ValueError, match="auth_tokens"):
        Bridge(config(auth_tokens=()))
