"""The exact client sends what it is given and reads to the end; the typical one reports events."""

import asyncio

import pytest

from fakes.client import Asking, ask_typically, request_bytes
from fakes.script import Action, Cut, Finish, HeadGate, Raw, Reply, Reset, Say, Stall, error, ok
from tests.fakes.loopback import GET, NONCE, Play, playing, run


def test_request_bytes_are_exact() -> None:
    pairs = (("X-A", "1"), ("x-a", ""), ("X-É", "é"), ("Bad Name", " v "))
    assert request_bytes("POST", "/p?q", pairs, b"\x00body") == (
        b"POST /p?q HTTP/1.1\r\nX-A: 1\r\nx-a: \r\nX-\xc9: \xe9\r\nBad Name:  v \r\n\r\n\x00body"
    )
    assert request_bytes("GET", "/", (), b"") == b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        ok(),
        error(500, "{}"),
        Reply(204),
        Reply(framing="close"),
        Reply(body=(Say(), Cut())),
        Reply(body=(Say(), Reset())),
    ],
)
def test_the_exact_client_reads_to_the_end_however_it_comes(reply: Reply) -> None:
    async def check() -> None:
        async with playing(reply) as play:
            asking = Asking(play.address, GET, "GET")
            await asyncio.wait_for(asking.run(), 5)
            assert asking.answer
            assert asking.answer.status == reply.status
            assert asking.head.is_set()

    run(check)


def test_the_exact_client_knows_that_head_has_no_body() -> None:
    async def check() -> None:
        async with playing(Reply(body=(Raw("x"),), framing="length")) as play:
            asking = Asking(play.address, b"HEAD / HTTP/1.1\r\n\r\n", "HEAD")
            await asyncio.wait_for(asking.run(), 5)
            assert asking.answer
            assert asking.answer.complete

    run(check)


@pytest.mark.parametrize("abruptly", [False, True])
def test_the_exact_client_leaves_with_what_it_has(abruptly: bool) -> None:
    async def check() -> None:
        async with playing(Reply(body=(Say(), Stall(3600)))) as play:
            asking = Asking(play.address, GET, "GET")
            work = asyncio.create_task(asking.run())
            await asking.head.wait()
            asking.leave(abruptly=abruptly)
            await asyncio.wait_for(work, 5)
            assert asking.answer
            assert not asking.answer.complete

    run(check)


def typically(play: Play, limit: float = 5) -> asyncio.Future[tuple[str, ...]]:
    url = f"http://{play.address[0]}:{play.address[1]}/"
    work = asyncio.to_thread(ask_typically, url, (("Accept", "text/event-stream"),), b"{}", limit)
    return asyncio.ensure_future(work)


def seen(*replies: Reply) -> tuple[str, ...]:
    async def check() -> tuple[str, ...]:
        async with playing(*replies) as play:
            return await typically(play)

    return run(check)


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_the_typical_client_reports_events(framing: str) -> None:
    said = (Raw("event: done\ndata: 1\ndata: 2\n\n"), Say("x"), Finish())
    found = seen(Reply(body=said, framing=framing))  # type: ignore[arg-type]
    assert found[0] == "done: 1\n2"
    assert f"~{NONCE}01-1~ x " in found[1]
    assert found[-1] == "message: [DONE]"
    assert len(found) == 4


def test_the_typical_client_sees_small_events_when_they_come() -> None:
    async def check() -> tuple[str, ...]:
        said = (HeadGate(), Say("x"), Raw(": more\n\n"), Finish())
        async with playing(Reply(body=said), patience=5) as play:
            asked = typically(play)
            play.scene.gates.open("head")
            return await asked

    assert run(check)[-1] == "message: [DONE]"


def test_the_typical_client_reports_an_error_by_its_status() -> None:
    assert seen(error(429, '{"error":"slow"}')) == ('HTTP 429: {"error":"slow"}',)


@pytest.mark.parametrize("end", [Cut(), Reset()])
def test_the_typical_client_keeps_what_came_before_a_break(end: Action) -> None:
    found = seen(Reply(body=(Raw("data: 1\n\n"), end)))
    assert found[0] == "message: 1"
    assert found[1:] == ("ProtocolError",)


def test_the_typical_client_reports_that_nobody_is_there() -> None:
    async def check() -> tuple[str, ...]:
        async with playing() as play:
            pass
        return await typically(play)

    assert run(check) == ("ConnectionError",)
