"""Each planted bug of the session gateway does what its story says, and only that."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from targets.defects import load, names, place_of
from targets.reference.session_gateway import SessionGateway
from tests.targets.stage import Said, Stage, run
from tests.targets.test_session_gateway import HOSTS, SECOND, STREAM, token

ID = "X-Streaming-Session-Id"
UPDATE = STREAM.replace("/stream", "/update-stream")
OTHER = STREAM.replace("/0", "/f")
ONE, TWO = "stream-1-aaaaaaaa", "stream-2-bbbbbbbb"
CORS = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", ID)]
MADE_UP = re.compile(r"stream-\d{13}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
USER = {"Authorization": f"Bearer {token(sub='somebody')}", "Origin": "http://page.invalid"}
PLANTED = [name for name in names() if place_of(name) == "session gateway"]


def stream(number: str = ONE, **more: Any) -> Said:
    fields = [("Content-Type", "text/event-stream"), (ID, number), *CORS]
    return Said(200, fields, [f"data: {number}\n\n".encode()], **more)


def refused(status: int = 400) -> Said:
    body = b'{"message":"Streaming session ID mismatch"}'
    return Said(status, [("Content-Type", "application/json"), *CORS], [body])


def through(name: str, *script: Said) -> Stage:
    return Stage(load(name) if name else SessionGateway, *script, upstream_2=SECOND)


def answers(stage: Stage, *paths: str, method: str = "POST", **more: str) -> list[httpx.Response]:
    async def asked() -> list[httpx.Response]:
        return [await stage.ask(method, path, headers=USER | more) for path in paths]

    found: list[httpx.Response] = run(asked)
    return found


def ids(stage: Stage, *paths: str, **more: str) -> list[list[str]]:
    return [one.headers.get_list(ID) for one in answers(stage, *paths, **more)]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("session_id_dropped", []),
        ("session_id_renamed", []),
        ("session_id_recased", ["STREAM-1-AAAAAAAA"]),
        ("session_id_repeated", [ONE, ONE]),
        ("session_id_joined", [f"{ONE}, {ONE}"]),
    ],
)
def test_id_is_damaged_and_nothing_else(name: str, seen: list[str]) -> None:
    (answer,), (right,) = (answers(through(one, stream()), STREAM) for one in (name, ""))
    assert right.headers.get_list(ID) == [ONE]
    assert answer.headers.get_list(ID) == seen
    assert answer.headers.get("X-Stream-Id") == (ONE if name == "session_id_renamed" else None)
    others = [pair for pair in answer.headers.raw if b"Stream" not in pair[0]]
    assert others == [pair for pair in right.headers.raw if b"Stream" not in pair[0]]
    assert answer.content == right.content


def test_id_is_replaced_by_a_well_formed_one() -> None:
    first, second = ids(through("session_id_replaced", stream()), STREAM, STREAM)
    assert MADE_UP.fullmatch(first[0])
    assert MADE_UP.fullmatch(second[0])
    assert len({*first, *second, ONE}) == 3


def test_first_id_of_a_session_is_handed_out_again() -> None:
    script = stream(ONE), stream(TWO), stream(TWO), refused()
    stage = through("session_id_cached", *script)
    assert ids(stage, STREAM, STREAM, OTHER, STREAM) == [[ONE], [ONE], [TWO], []]


def test_id_is_lost_where_accept_names_event_streams() -> None:
    stage = through("session_id_lost_on_stream_accept", stream())
    named, other = "application/json, text/event-stream", "*/*"
    assert ids(stage, STREAM, Accept=named) == [[]]
    assert ids(stage, STREAM, Accept=other) == [[ONE]]


def test_answers_without_an_id_get_one() -> None:
    issued, error = ids(through("session_id_made_up", stream(), refused(402)), STREAM, STREAM)
    assert issued == [ONE]
    assert MADE_UP.fullmatch(error[0])


def test_last_id_goes_upstream_with_later_requests() -> None:
    stage = through("session_id_sticks_to_requests", refused(), stream(ONE), refused())
    answers(stage, UPDATE, STREAM, UPDATE)
    answers(stage, UPDATE, **{ID: TWO})
    carried = [one.headers.get_list(ID) for one in stage.posts]
    assert carried == [[], [], [ONE], [TWO]]


def together(stage: Stage, *paths: str) -> list[httpx.Response]:
    """The first stream waits at its end until the others are over."""

    async def asked() -> list[httpx.Response]:
        gate = asyncio.Event()
        stage.upstream.script[0] = stream(ONE, gate=gate.wait)
        first = asyncio.create_task(stage.ask("POST", paths[0], headers=USER))
        while "waiting" not in stage.log:
            await asyncio.sleep(0)
        others = [await stage.ask("POST", path, headers=USER) for path in paths[1:]]
        gate.set()
        return [await first, *others]

    found: list[httpx.Response] = run(asked)
    return found


def test_while_another_stream_runs_its_id_is_handed_out() -> None:
    stage = through("session_ids_swapped", stream(ONE), stream(TWO))
    pair = together(stage, STREAM, OTHER)
    assert [one.headers.get_list(ID) for one in pair] == [[ONE], [ONE]]
    assert [one.text for one in pair] == [f"data: {ONE}\n\n", f"data: {TWO}\n\n"]
    assert ids(stage, OTHER) == [[TWO]]


def test_concurrent_streams_of_a_user_get_all_pieces() -> None:
    stage = through("streams_share_upstream", stream(ONE), stream(TWO))
    first, second = together(stage, STREAM, OTHER)
    assert first.text == f"data: {ONE}\n\ndata: {TWO}\n\n"
    assert second.text == f"data: {TWO}\n\n"
    assert [one.headers[ID] for one in (first, second)] == [ONE, TWO]
    assert answers(stage, OTHER)[0].text == second.text


@pytest.mark.parametrize(("name", "status"), [("mismatch_as_502", 502), ("mismatch_as_200", 200)])
def test_refused_update_gets_another_status(name: str, status: int) -> None:
    updated, streamed = answers(through(name, refused()), UPDATE, STREAM)
    assert (updated.status_code, streamed.status_code) == (status, 400)
    assert updated.content == streamed.content


def test_origin_is_allowed_twice() -> None:
    (answer,) = answers(through("cors_doubled", stream()), STREAM)
    assert answer.headers.get_list("Access-Control-Allow-Origin") == ["*", "*"]


@pytest.mark.parametrize(
    ("name", "kept"), [("cors_lost_on_streams", [0, 2]), ("cors_lost_on_errors", [2, 0])]
)
def test_cors_fields_are_lost_on_one_kind_of_answer(name: str, kept: list[int]) -> None:
    found = answers(through(name, stream(), refused()), STREAM, STREAM)
    fields = [[one for one in answer.headers if "access-control" in one] for answer in found]
    assert [len(one) for one in fields] == kept


def test_preflight_is_answered_without_the_upstream() -> None:
    stage = through("preflight_answered", stream())
    (answer,) = answers(stage, STREAM, method="OPTIONS")
    assert (answer.status_code, answer.content, stage.posts) == (204, b"", [])
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_each_request_goes_to_the_next_instance() -> None:
    stage = through("round_robin", stream())
    answers(stage, STREAM, STREAM, UPDATE)
    assert [one.url.host for one in stage.posts] == [HOSTS[0], HOSTS[1], HOSTS[0]]


def test_each_connection_has_its_instance() -> None:
    async def hosts() -> list[str]:
        stage = through("affinity_by_connection", stream())
        for port in (1000, 1002, 1000, 1004):
            transport = httpx.ASGITransport(stage.app, client=("127.0.0.1", port))
            await transport.handle_async_request(
                httpx.Request("GET", "http://target/", headers=USER)
            )
        return [one.url.host for one in stage.posts]

    assert run(hosts) == [HOSTS[0], HOSTS[1], HOSTS[0], HOSTS[0]]


@pytest.mark.parametrize("name", PLANTED)
def test_another_good_answer_is_as_it_should_be(name: str) -> None:
    issues = [(ID, ONE)] if name == "session_id_made_up" else []
    fine = Said(201, [("Content-Type", "application/json"), *issues], [b'{"sessionId":"1"}'])

    async def asked() -> list[httpx.Response]:
        stages = (through(name, fine), through("", fine))
        return [await stage.ask("POST", "/api/chat/sessions") for stage in stages]

    planted, right = run(asked)
    assert (planted.status_code, planted.content) == (right.status_code, right.content)
    assert planted.headers.raw == right.headers.raw
