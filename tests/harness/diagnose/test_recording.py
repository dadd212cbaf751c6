"""The relay hands everything on, writes down what was issued and sent, and spells names anew."""

import asyncio
import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from contracts.message import Chunk, Message
from harness.diagnose.endpoints import Map
from harness.diagnose.overheard import what_was_sent
from harness.diagnose.recording import Relay
from harness.loop import Loop

ID = "stream-1-0a1b2c3d"
HEADER = "X-Streaming-Session-Id"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nx-streaming-session-id: %s\r\nConnection: keep-alive\r\n"
    b"Content-Length: 2\r\n\r\nok" % ID.encode()
)


@contextmanager
def relayed(answer: bytes = ANSWER, name: str = "") -> Iterator[tuple[int, Relay, list[bytes]]]:
    """The relay's port, and the heads that a service behind it was sent; it never hangs up."""
    heads: list[bytes] = []

    async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await reader.read()
        writer.close()

    with Loop() as loop:
        host, port = loop.serve(service)
        relay = Relay(f"http://{host}:{port}", name)
        yield loop.serve(relay.serve)[1], relay, heads


def post(port: int, path: str, body: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body, {"Host": "elsewhere"})
    return connection.getresponse()


def test_an_exchange_passes_and_is_on_tape() -> None:
    with relayed() as (port, relay, heads):
        answer = post(port, "/x", "hello")
        assert (answer.status, answer.read(), answer.getheader(HEADER)) == (200, b"ok", ID)
        [(asked, answered)] = relay.exchanges()
    assert (asked.method, asked.target, asked.body) == ("POST", "/x", b"hello")
    assert answered is not None
    assert answered.values(HEADER) == (ID,)
    assert f"Host: {relay.host}".encode() in heads[0]
    assert b"elsewhere" not in heads[0]
    assert heads[0].lower().count(b"connection:") == 1


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper()])
def test_the_name_is_spelled_as_wanted_and_the_value_kept(name: str) -> None:
    with relayed(name=name) as (port, _, _heads):
        fields = post(port, "/x").getheaders()
    assert (name, ID) in fields


def test_an_interim_answer_goes_before_the_final_one() -> None:
    with relayed(b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER) as (port, relay, _):
        assert post(port, "/x").read() == b"ok"
        assert [answer.status for _, answer in relay.exchanges() if answer] == [200]


def test_a_service_that_is_not_there_breaks_the_clients_connection() -> None:
    with Loop() as loop:
        relay = Relay("http://127.0.0.1:1")
        port = loop.serve(relay.serve)[1]
        with pytest.raises(OSError, match=r"."):
            post(port, "/x")
        assert [answer for _, answer in relay.exchanges()] == [None]


def test_a_client_that_waits_to_send_its_body_is_told_to_go_on() -> None:
    with relayed() as (port, relay, heads):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(b"hello")
            assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        assert [asked.body for asked, _ in relay.exchanges()] == [b"hello"]
    assert b"expect" not in heads[0].lower()


def test_half_a_request_is_not_passed_on() -> None:
    with relayed() as (port, relay, heads):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(b"POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel")
            client.shutdown(socket.SHUT_WR)
            assert _rest(client) == b""
        assert relay.exchanges() == []
    assert heads == []


def _rest(client: socket.socket) -> bytes:
    """What still comes; a reset is an end, too."""
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""


def message(first: str, body: bytes = b"", *headers: tuple[str, str]) -> Message:
    return Message("client", first, headers, (Chunk(0.0, body),))


def test_streams_and_updates_are_told_by_their_paths() -> None:
    path = "/gateway/api/chat/sessions/0a1b"
    ok, refused = message("HTTP/1.1 200 OK", b"", (HEADER, ID)), message("HTTP/1.1 400 Bad")
    update = f"POST {path}/update-stream HTTP/1.1"
    made = what_was_sent(
        [
            (message("POST /gateway/api/auth/login HTTP/1.1"), message("HTTP/1.1 200 OK")),
            (message(f"OPTIONS {path}/stream HTTP/1.1"), message("HTTP/1.1 204 No Content")),
            (message(f"POST {path}/stream HTTP/1.1"), message("HTTP/1.1 409 Conflict")),
            (message(f"POST {path}/stream?x=1 HTTP/1.1"), ok),
            (message(update, b'{"streamingSessionId": "made-up"}'), refused),
            (message(update, b"{}", (HEADER, ID)), refused),
            (message(update, b"not JSON"), None),
        ],
        Map(),
    )
    assert (made.streams, made.issued) == (1, (ID,))
    assert made.sent == ("made-up", ID, None)
    assert made.answers == (400, 400)
