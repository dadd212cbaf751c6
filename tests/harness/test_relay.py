"""The relay passes bytes, FIN and RST on as they are, and writes down each of them once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from contracts.record import Io
from fakes.clock import Clock
from fakes.sockets import reset
from harness.relay import Relay, Tapped
from tests.fakes.loopback import run

Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Line:
    """A relay with both its ends in our hands."""

    relay: Relay
    address: tuple[str, int]
    accepted: asyncio.Queue[Side]
    watched: list[tuple[Tapped, Io]]

    async def dial(self) -> tuple[Side, Side]:
        """A connection: the client's end and the server's."""
        return await asyncio.open_connection(*self.address), await self.accepted.get()

    def noted(self, number: int = 0) -> list[tuple[str, str, bytes]]:
        return [(io.way, io.kind, io.data) for io in self.relay.connections[number].log]


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    accepted: asyncio.Queue[Side] = asyncio.Queue()
    watched: list[tuple[Tapped, Io]] = []
    held: list[Side] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append((reader, writer))
        accepted.put_nowait((reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    relay = Relay("tap", None, lambda one, io: watched.append((one, io)), Clock())
    relay.onward = server.sockets[0].getsockname()
    front = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    try:
        yield Line(relay, front.sockets[0].getsockname(), accepted, watched)
    finally:
        relay.sever()
        for one in (server, front):
            one.close()
        for _, writer in held:
            writer.close()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.001)


def test_bytes_pass_both_ways_and_are_noted() -> None:
    data = bytes(range(256)) * 1000

    async def check() -> None:
        async with line() as on:
            (reader, writer), (there_reader, there) = await on.dial()
            writer.write(data)
            assert await there_reader.readexactly(len(data)) == data
            there.write(b"answer")
            assert await reader.readexactly(6) == b"answer"
            (one,) = on.relay.connections
            assert b"".join(io.data for io in one.log if io.way == ">") == data
            assert [io.data for io in one.log if io.way == "<"] == [b"answer"]
            assert [io for _, io in on.watched] == one.log
            assert one.frozen().log == tuple(one.log)
            assert not one.closed
            writer.close()

    run(check)


@pytest.mark.parametrize("client_first", [True, False])
def test_a_fin_passes_and_leaves_the_other_way_open(client_first: bool) -> None:
    async def check() -> None:
        async with line() as on:
            ends = await on.dial()
            (near_reader, near), (far_reader, far) = ends if client_first else reversed(ends)
            near.write_eof()
            assert await far_reader.read() == b""
            far.write(b"still here")
            assert await near_reader.readexactly(10) == b"still here"
            first, second = (">", "<") if client_first else ("<", ">")
            assert not on.relay.connections[0].closed
            far.write_eof()
            assert await near_reader.read() == b""
            await until(lambda: on.relay.connections[0].closed)
            assert on.noted() == [
                (first, "fin", b""),
                (second, "data", b"still here"),
                (second, "fin", b""),
            ]

    run(check)


@pytest.mark.parametrize("by_client", [True, False])
@pytest.mark.parametrize("said", [b"", b"said"])
def test_a_rst_passes_and_is_noted_alone(by_client: bool, said: bytes) -> None:
    async def check() -> None:
        async with line() as on:
            ends = await on.dial()
            (_, near), (far_reader, _) = ends if by_client else reversed(ends)
            if said:
                near.write(said)
                assert await far_reader.readexactly(len(said)) == said
            reset(near)
            with pytest.raises(ConnectionResetError):
                await far_reader.read()
            way = ">" if by_client else "<"
            spoken = [(way, "data", said)] if said else []
            assert on.noted() == [*spoken, (way, "rst", b"")]
            assert on.relay.connections[0].closed
            await asyncio.sleep(0)
            assert len(on.noted()) == len(spoken) + 1

    run(check)


def test_who_resets_against_the_stream_is_the_one_who_resets() -> None:
    """The client leaves with RST while the server still writes."""

    async def check() -> None:
        async with line() as on:
            (_, writer), (there_reader, there) = await on.dial()
            reset(writer)
            while not on.relay.connections[0].closed:
                there.write(b"x" * 1000)
                await asyncio.sleep(0.001)
            kinds = {(way, kind) for way, kind, _ in on.noted() if kind != "data"}
            assert kinds == {(">", "rst")}
            with pytest.raises(ConnectionResetError):
                await there_reader.read()

    run(check)


def test_nobody_behind_is_a_rst() -> None:
    async def check() -> None:
        async with line() as on:
            on.relay.onward = ("127.0.0.1", 1)
            reader, writer = await asyncio.open_connection(*on.address)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            assert on.noted() == []
            writer.close()

    run(check)


def test_severed_connections_stay_on_record_until_the_next_run() -> None:
    async def check() -> None:
        async with line() as on:
            (reader, writer), (there_reader, _) = await on.dial()
            writer.write(b"asked")
            await there_reader.readexactly(5)
            on.relay.sever()
            assert await reader.read() == b""
            assert await there_reader.read() == b""
            assert on.noted() == [(">", "data", b"asked")]
            on.relay.begin()
            assert on.relay.connections == []

    run(check)


def test_what_is_cut_in_flight_is_noted_as_our_own_doing() -> None:
    async def check() -> None:
        async with line() as on:
            (_, writer), (there_reader, _) = await on.dial()
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await there_reader.readuntil(b"\r\n\r\n")
            on.relay.sever()
            assert on.noted()[-1] == (">", "cut", b"")

    run(check)


def test_a_run_that_begins_forgets_the_ended_and_gives_the_living_a_new_log() -> None:
    async def check() -> None:
        async with line() as on:
            (_, gone), (gone_reader, gone_there) = await on.dial()
            (_, writer), (there_reader, there) = await on.dial()
            writer.write(b"first run")
            await there_reader.readexactly(9)
            gone.close()
            await gone_reader.read()
            gone_there.close()
            await until(lambda: any(one.closed for one in on.relay.connections))
            before = on.relay.connections[1].frozen()
            on.relay.begin()
            writer.write(b"second run")
            await there_reader.readexactly(10)
            (one,) = on.relay.connections
            assert on.noted() == [(">", "data", b"second run")]
            assert one.opened == 0
            assert [io.data for io in before.log] == [b"first run"]
            for side in (writer, there):
                side.close()

    run(check)


def test_onward_may_change_between_connections() -> None:
    async def check() -> None:
        async with line() as first, line() as second:
            await first.dial()
            first.relay.onward = second.address
            await asyncio.open_connection(*first.address)
            await second.accepted.get()
            assert first.accepted.empty()

    run(check)
