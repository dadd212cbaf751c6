"""A step becomes the request that this target expects, and nothing else."""

from typing import Any

import pytest

from fakes.identities import CLIENT_KEY
from harness.brought import Brought
from harness.case import Pairs, Step
from harness.request import render
from harness.target import Client

ENTRY = ("127.0.0.1", 8080)
LENGTH = ("Content-Length", "2")


def rendered(
    headers: Pairs, body: str = "{}", client: Client | None = None, **more: Any
) -> tuple[list[tuple[str, str]], str, bytes]:
    pairs, path, data = render(
        Step(headers, body, **more), client or Client(), ENTRY, "ab12", Brought()
    )
    return list(pairs), path, data


def test_placeholders_are_filled_in_everywhere() -> None:
    headers = (("Host", "$host"), ("Authorization", "Bearer $key"))
    pairs, path, body = rendered(headers, '{"model":"$model","a":"$nonce $other"}', path="$path?x")
    assert pairs[0] == ("Host", "127.0.0.1:8080")
    assert pairs[1] == ("Authorization", f"Bearer {CLIENT_KEY}")
    assert path == "/v1/chat/completions?x"
    assert body == b'{"model":"fake","a":"ab12 $other"}'


def test_what_a_value_holds_is_no_placeholder() -> None:
    client = Client(model="$nonce", path="/$key", headers={"Authorization": "Bearer $model"})
    pairs, path, body = rendered((("A", "$key"),), "$model", client)
    assert (pairs[0], path, body) == (("A", "$model"), "/$key", b"$nonce")


def test_order_case_and_repeats_are_kept_and_the_length_comes_last() -> None:
    headers = (("X-B", "1"), ("x-a", "2"), ("X-B", "3"))
    assert rendered(headers)[0] == [*headers, LENGTH]


@pytest.mark.parametrize(
    "framing", [("content-length", "7"), ("Transfer-Encoding", "chunked"), ("CONTENT-LENGTH", "")]
)
def test_a_step_that_frames_its_body_is_left_alone(framing: tuple[str, str]) -> None:
    assert rendered((framing,))[0] == [framing]


@pytest.mark.parametrize(("method", "told"), [("POST", ["0"]), ("GET", [])])
def test_an_empty_body_has_a_length_where_one_is_expected(method: str, told: list[str]) -> None:
    assert [value for _, value in rendered((), "", method=method)[0]] == told


def test_the_targets_own_headers_are_added_unless_the_step_says_them() -> None:
    client = Client(headers={"AUTHORIZATION": "Bearer sk-9", "X-Team": "blue", "Accept": "a/b"})
    pairs, _, _ = rendered((("accept", "*/*"), ("Authorization", "Bearer $key")), "{}", client)
    assert pairs == [
        ("accept", "*/*"), ("Authorization", "Bearer sk-9"), ("X-Team", "blue"), LENGTH
    ]  # fmt: skip


def test_a_step_without_a_credential_stays_without() -> None:
    client = Client(headers={"authorization": "sk-9"})
    assert rendered((), "{}", client)[0] == [LENGTH]


def test_a_large_body_is_short_in_the_case() -> None:
    pairs, _, body = rendered((), "$oversize:1000")
    assert (len(body), body[:2], body[-1:]) == (1000, b'"x', b'"')
    assert pairs == [("Content-Length", "1000")]
