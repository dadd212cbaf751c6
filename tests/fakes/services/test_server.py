"""Over real sockets: what only a connection can show."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from fakes.services.serving import Server
from fakes.services.speaking import BrokenOff
from tests.fakes.services.stage import END, SESSIONS, Model, Person, Stage, run

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[tuple[str, int]]:
    server = Server()
    address = await server.start(stage.app)
    try:
        yield address
    finally:
        await server.stop()


async def begun(address: tuple[str, int], user: Person, session: str) -> Wire:
    """A connection on which a stream has begun."""
    body = json.dumps({"message": "hi", "modelId": "fake"}).encode()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(
        f"POST {SESSIONS}/{session}/stream HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {user.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return reader, writer


async def amid(folder: Path, check: Callable[..., Awaitable[None]]) -> None:
    """A check in the middle of a stream that has sent one chunk."""
    model = Model()
    async with Stage(folder, model.speak) as stage, served(stage) as address:
        user = await stage.funded()
        session = await stage.session(user)
        wire = await begun(address, user, session)
        model.say("text")
        await wire[0].readuntil(b"\n\n")
        await check(stage, model, user, session, wire)
        wire[1].close()


async def stage_turns() -> None:
    """Let the server read what has been sent."""
    for _ in range(10):
        await asyncio.sleep(0)


def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


def half_close(writer: asyncio.StreamWriter) -> None:
    writer.write_eof()


def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize("leave", [close, half_close, reset])
def test_a_leave_is_noticed_while_the_model_is_silent(
    tmp_path: Path, leave: Callable[[asyncio.StreamWriter], None]
) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        (live,) = stage.system.chats[0].live.values()
        leave(wire[1])
        await live.over.wait()
        assert model.closed.is_set()
        assert not stage.system.chats[0].slot_is_taken(session)
        assert await stage.credits(user) == (999, 0)

    run(lambda: amid(tmp_path, check))


def test_a_leave_is_noticed_behind_a_pipelined_request(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        (live,) = stage.system.chats[0].live.values()
        wire[1].write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        await stage_turns()
        wire[1].close()
        await live.over.wait()
        assert await stage.credits(user) == (999, 0)

    run(lambda: amid(tmp_path, check))


def test_pipelined_requests_are_answered_in_turn(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        wire[1].write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        await stage_turns()
        model.say(END)
        assert b"event: done" in await wire[0].readuntil(b"0\r\n\r\n")
        assert (await wire[0].readuntil(b"}")).endswith(b'"service":"chat"}')

    run(lambda: amid(tmp_path, check))


def test_a_leave_is_noticed_while_nobody_reads(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        (live,) = stage.system.chats[0].live.values()
        wire[1].transport.pause_reading()  # type: ignore[attr-defined]
        model.say(*("x" * 1_000_000 for _ in range(99)))
        while live.sent < 3:
            await asyncio.sleep(0)
        wire[1].transport.abort()
        await live.over.wait()
        assert live.sent < 99
        assert await stage.credits(user) == (1000 - live.sent, 0)

    run(lambda: amid(tmp_path, check))


def test_a_stream_that_breaks_off_has_no_terminator(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        model.say(BrokenOff())
        assert b"0\r\n\r\n" not in await wire[0].read()

    run(lambda: amid(tmp_path, check))


def test_a_restart_cuts_the_connection(tmp_path: Path) -> None:
    async def check(stage: Stage, model: Model, user: Person, session: str, wire: Wire) -> None:
        stage.system.restart()
        assert b"0\r\n\r\n" not in await wire[0].read()
        assert await stage.credits(user) == (999, 0)

    run(lambda: amid(tmp_path, check))


def test_a_server_stops_in_the_middle_of_a_stream(tmp_path: Path) -> None:
    async def check() -> None:
        model = Model()
        async with Stage(tmp_path, model.speak) as stage:
            user = await stage.funded()
            session = await stage.session(user)
            server = Server()
            reader, writer = await begun(await server.start(stage.app), user, session)
            await server.stop()
            assert b"0\r\n\r\n" not in await reader.read()
            writer.close()
            assert not stage.system.chats[0].slot_is_taken(session)
            assert await stage.credits(user) == (1000, 0)

    run(check)


def test_a_busy_port_is_told(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage:
            taken = socket.create_server(("127.0.0.1", 0))
            with taken, pytest.raises(OSError, match="already in use"):
                await Server().start(stage.app, port=taken.getsockname()[1])

    run(check)


def test_one_connection_serves_many_requests_and_says_the_date(tmp_path: Path) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage, served(stage) as (host, port):
            client = httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False)
            for _ in range(3):
                answer = await client.get("/api/health")
                assert answer.json() == {"status": "ok", "service": "chat"}
                assert answer.headers["date"].endswith("GMT")
                assert "server" not in answer.headers
            assert (await client.get("/%2e%2e/%00")).status_code == 404
            await client.aclose()

    run(check)


TRICKS = ("..", "%2e%2e", "%2E%2E%2f", "%00", "%ff", "%0a", "//", "%2f", ".", "%c3%a4", "0" * 5000)


@pytest.mark.parametrize("form", ["/api/chat/sessions/{}", "/api/auth/{}/credits/balance", "/{}"])
def test_tricks_in_the_path_lead_nowhere(tmp_path: Path, form: str) -> None:
    async def check() -> None:
        async with Stage(tmp_path) as stage, served(stage) as address:
            token = (await stage.login("admin")).token
            for trick in TRICKS:
                reader, writer = await asyncio.open_connection(*address)
                head = f"Host: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
                writer.write(f"GET {form.format(trick)} HTTP/1.1\r\n{head}".encode())
                answer, _, body = (await reader.read()).partition(b"\r\n\r\n")
                writer.close()
                assert answer.split()[1] in (b"404", b"405"), trick
                assert json.loads(body)["message"]

    run(check)
