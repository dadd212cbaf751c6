"""What the script says is what goes on the wire, to the byte, and how the connection ends."""

import asyncio
import json
from itertools import pairwise

import pytest

from contracts.codings import decode
from contracts.http1 import Reader
from contracts.message import Message
from fakes.coding import KNOWN
from fakes.identities import AUTH_TOKENS, CAPTCHA_PATH
from fakes.script import (
    Action,
    Comment,
    Cut,
    Fail,
    Finish,
    HeadGate,
    Raw,
    Reply,
    Reset,
    Say,
    Stall,
    error,
    ok,
)
from tests.fakes.loopback import FIN, GET, NONCE, RST, all_of, answer, playing, run

MARK = f"~{NONCE}01-0~"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
AB = (Raw("ab"), Raw("c"))


def parsed(got: bytes, method: str = "GET") -> Message:
    """The one answer, which may be unfinished."""
    reader = Reader("upstream", [method])
    reader.feed(0, got)
    reader.close(0)
    (found,) = (*reader.messages, reader.pending())[:1]
    assert found
    return found


@pytest.mark.parametrize(
    ("reply", "wire"),
    [
        (Reply(), CHUNKED + b"0\r\n\r\n"),
        (Reply(body=AB), CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
        (Reply(body=AB, framing="length"), HEAD + b"Content-Length: 3\r\n\r\nabc"),
        (Reply(body=AB, framing="close"), HEAD + b"Connection: close\r\n\r\nabc"),
        (Reply(204), HEAD.replace(b"200 OK", b"204 No Content") + b"\r\n"),
        (
            Reply(599, (("X-A", "1"), ("x-a", "2"), ("X-É", "é")), AB, "length", "a/b"),
            b"HTTP/1.1 599 Status\r\nContent-Type: a/b\r\nX-A: 1\r\nx-a: 2\r\nX-\xc9: \xe9\r\n"
            b"Content-Length: 3\r\n\r\nabc",
        ),
        (
            Reply(body=(Comment("hm"), Comment(""))),
            CHUNKED + b"6\r\n: hm\n\n\r\n4\r\n: \n\n\r\n0\r\n\r\n",
        ),
        (Reply(body=(Raw("é\u2028"),), framing="close"), HEAD + b"Connection: close\r\n\r\n"
         b"\xc3\xa9\xe2\x80\xa8"),
    ],
)  # fmt: skip
def test_head_and_framing_are_exact(reply: Reply, wire: bytes) -> None:
    assert answer(reply) == (wire, FIN)


@pytest.mark.parametrize(
    ("dialect", "action", "wire"),
    [
        ("arena", Say("hé"), f'a0:"{MARK} h\\u00e9 "\n'),
        ("arena", Finish("length"), 'ad:{"finishReason": "length"}\n'),
        ("arena", Fail('a "b"'), 'a3:"a \\"b\\""\n'),
        ("arena", Comment(), ""),
        ("openai", Finish(), '"finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'),
        ("openai", Fail("x"), 'data: {"error": {"message": "x", "type": "server_error", '
         '"code": null}}\n\n'),
        ("transparent", Say("x"), f'"delta": {{"content": "{MARK} x "}}, "finish_reason": null}}]'
         "}\n\n"),
    ],
)  # fmt: skip
def test_each_dialect_writes_the_actions_in_its_own_way(
    dialect: str, action: Action, wire: str
) -> None:
    request = arena_request() if dialect == "arena" else GET
    got, _ = answer(Reply(body=(action,), framing="close"), dialect=dialect, request=request)
    body = got.partition(b"\r\n\r\n")[2].decode()
    assert body == wire if dialect == "arena" else body.endswith(wire)


def arena_request(cookie: str = "") -> bytes:
    ids = {name: f"01932f7a-0000-7000-8000-00000000000{n}" for n, name in enumerate(
        ("id", "userMessageId", "modelAMessageId"))}  # fmt: skip
    body = json.dumps({**ids, "mode": "direct", "userMessage": {"content": "hi"}}).encode()
    fields = f"Cookie: {cookie}\r\n" if cookie else ""
    head = "POST /nextjs-api/stream/create-evaluation HTTP/1.1\r\n"
    return f"{head}{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_credential_is_what_the_request_was_authorised_with() -> None:
    reply = error(401, "bad: $credential")
    cookie = f"arena-auth-prod-v1={AUTH_TOKENS[1]}"
    got, _ = answer(reply, dialect="arena", request=arena_request(cookie))
    assert got.endswith(f"bad: {AUTH_TOKENS[1]}".encode())
    bearer = b"GET / HTTP/1.1\r\nAuthorization: Bearer sk-9\r\n\r\n"
    assert answer(reply, request=bearer)[0].endswith(b"bad: sk-9")


def test_elsewhere_is_filled_into_headers() -> None:
    reply = error(302, "", (("Location", "$elsewhere/x"),))
    got, _ = answer(reply, elsewhere="http://127.0.0.1:1")
    assert b"Location: http://127.0.0.1:1/x\r\n" in got


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize(("after", "rest"), [(0, b""), (2, b"da"), (9999, b"data: x\n\n")])
def test_a_cut_is_a_fin_within_the_body(framing: str, after: int, rest: bytes) -> None:
    body = (Raw("one"), Cut(after), Raw("data: x\n\n"), Raw("never"))
    got, end = answer(Reply(body=body, framing=framing))  # type: ignore[arg-type]
    answered = parsed(got)
    assert end == FIN
    assert answered.body == b"one" + rest
    assert answered.complete is (framing == "close")  # where truncation cannot be seen
    assert not got.endswith(b"0\r\n\r\n")


def test_a_cut_of_a_coded_piece_is_coded() -> None:
    body = (Say(), Cut(5), Say())
    got, _ = answer(Reply(body=body, coding="gzip"))
    assert parsed(got).content
    assert (parsed(got).content or b"").count(b"piece of content") == 1


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_reset_is_a_rst_after_what_was_said(framing: str, stream: bool) -> None:
    reply = Reply(body=(Say("one"), Reset(), Say("never")), framing=framing)  # type: ignore[arg-type]
    got, end = answer(reply, stream=stream)
    assert end == RST
    assert b"chatcmpl-trial" in got
    assert b"never" not in got
    assert not Reader("upstream", ["GET"]).feed(0, got)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_head_gets_the_head_alone(framing: str, stream: bool) -> None:
    request = b"HEAD / HTTP/1.1\r\n\r\n"
    reply = Reply(body=AB, framing=framing)  # type: ignore[arg-type]
    got, _ = answer(reply, request=request, stream=stream)
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert got.endswith(b"\r\n\r\n")
    assert got.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("connection", ["", "Connection: keep-alive\r\n"])
def test_http_1_0_gets_a_body_without_chunks_and_the_end(connection: str) -> None:
    request = f"GET / HTTP/1.0\r\n{connection}\r\n".encode()
    assert answer(Reply(body=AB), request=request * 2) == (
        HEAD + b"Connection: close\r\n\r\nabc",
        FIN,
    )


@pytest.mark.parametrize(
    ("first_line", "connection", "answers"),
    [
        ("HTTP/1.1", "close", 1),
        ("HTTP/1.1", "Keep-Alive, Close", 1),
        ("HTTP/1.0", "", 1),
        ("HTTP/1.0", "keep-alive", 2),
        ("HTTP/1.1", "", 2),
    ],
)
def test_the_connection_lives_as_long_as_the_request_says(
    first_line: str, connection: str, answers: int
) -> None:
    request = f"GET / {first_line}\r\nConnection: {connection}\r\n\r\n".encode()
    got, _ = answer(error(200, "{}"), request=request * 2)
    assert got.count(b"HTTP/1.1 200 OK\r\n") == answers
    assert got.count(b"Connection: close\r\n") == (answers == 1)


def test_replies_come_in_order_and_the_last_repeats() -> None:
    got, _ = answer(error(500, "one"), error(200, "two"), request=GET * 3)
    assert [body in got for body in (b"one", b"two")] == [True, True]
    assert got.count(b"two") == 2


@pytest.mark.parametrize("coding", KNOWN)
def test_a_coded_piece_can_be_read_when_it_comes(coding: str) -> None:
    async def check() -> None:
        body = (Say("one", gated=True), Finish())
        async with playing(Reply(body=body, coding=coding), patience=5) as play:  # type: ignore[arg-type]
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            got, seen = b"", b""
            while MARK.encode() not in seen:
                got += await reader.read(65536)
                seen = decode(parsed(got).body, coding) or b""
            assert b"[DONE]" not in seen
            assert f"Content-Encoding: {coding}\r\n".encode() in got
            play.scene.gates.open(MARK)
            got += await reader.readuntil(b"\r\n0\r\n\r\n")
            assert b"[DONE]" in (parsed(got).content or b"")
            writer.close()

    run(check)


@pytest.mark.parametrize(
    ("offer", "chosen"),
    [
        ("", ""),
        ("identity", ""),
        ("br;q=0, GZIP;q=0.5", "gzip"),
        ("zstd; q=0.0, deflate", "deflate"),
        ("compress, zstd, gzip", "zstd"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_the_first_coding_offered_is_used(offer: str, chosen: str, stream: bool) -> None:
    request = f"GET / HTTP/1.1\r\nAccept-Encoding: {offer}\r\n\r\n".encode()
    got, _ = answer(ok(coding="offered"), request=request, stream=stream)
    assert parsed(got).value("Content-Encoding") == chosen
    assert f"~{NONCE}01-2~".encode() in (parsed(got).content or b"")


def test_a_plain_answer_is_one_json_with_every_piece() -> None:
    got, _ = answer(Reply(body=(Say("a"), HeadGate(), Say("b"), Finish("length"))), stream=False)
    answered = parsed(got)
    told = answered.json()
    assert isinstance(told, dict)
    assert answered.media_type == "application/json"
    assert told["choices"][0]["finish_reason"] == "length"
    assert told["choices"][0]["message"]["content"] == f"{MARK} a ~{NONCE}01-2~ b "


def test_a_plain_answer_can_break_off() -> None:
    got, end = answer(Reply(body=(Say("a"), Cut(), Say("b"), Finish())), stream=False)
    assert end == FIN
    assert 0 < len(parsed(got).body) < int(parsed(got).value("Content-Length"))


def test_gates_open_when_the_marker_has_passed() -> None:
    async def check() -> None:
        said = Reply(body=(HeadGate(), Say("x", gated=True), Say("y", gated=True), Finish()))
        async with playing(said, patience=5) as play:
            gates = play.scene.gates
            gates.open(f"~{NONCE}01-2~")  # seen before anybody waits
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            assert not gates.log
            gates.open("head")
            await reader.readuntil(b"x ")
            gates.open(f"~{NONCE}01-1~")
            await reader.readuntil(b"\r\n0\r\n\r\n")
            writer.close()
        assert [gate.marker for gate in gates.log] == ["head", *markers(1, 2)]
        assert all(gate.missed is None and gate.opened is not None for gate in gates.log)

    run(check)


def markers(*numbers: int) -> list[str]:
    return [f"~{NONCE}01-{number}~" for number in numbers]


def test_after_one_missed_gate_nobody_waits_again() -> None:
    async def check() -> None:
        async with playing(ok(3, gated=True), patience=0.02) as play:
            assert (await play.body()).endswith(b"0\r\n\r\n")
            (gate,) = play.scene.gates.log
            assert gate.marker == MARK
            assert gate.opened is None
            assert gate.missed is not None
            assert gate.missed - gate.waited >= 0.02

    run(check)


def test_a_gate_opens_under_any_framing() -> None:
    async def check() -> None:
        said = Reply(body=(Say("x", gated=True), Finish()), framing="length")
        async with playing(said, patience=5) as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            assert b"[DONE]" not in await reader.readuntil(b"x ")
            play.scene.gates.open(MARK)
            await reader.readuntil(b"[DONE]\n\n")
            writer.close()

    run(check)


def test_a_stall_ends_with_its_time_or_when_the_peer_leaves() -> None:
    async def check() -> None:
        async with playing(Reply(body=(Stall(0.001), Raw("a"))), patience=5) as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            await reader.readuntil(b"1\r\na\r\n0\r\n\r\n")
            writer.close()
        async with playing(Reply(body=(Stall(3600), Raw("a")))) as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            assert play.server.busy
            writer.close()
            while play.server.busy:
                await asyncio.sleep(0.001)

    run(check)


def test_captcha_tokens_are_fresh_or_not_to_be_had() -> None:
    request = f"GET {CAPTCHA_PATH} HTTP/1.1\r\n\r\n".encode()
    got, _ = answer(request=request * 2)
    tokens = [f"captcha-{NONCE}-{n}".encode() for n in (1, 2)]
    assert [got.count(token) for token in tokens] == [1, 1]
    assert answer(request=request, captcha="none")[0].startswith(b"HTTP/1.1 503 ")


def test_a_captcha_that_hangs_says_nothing_until_the_peer_leaves() -> None:
    async def check() -> None:
        async with playing(captcha="hangs") as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(f"GET {CAPTCHA_PATH} HTTP/1.1\r\n\r\n".encode())
            while not play.server.busy:
                await asyncio.sleep(0.001)
            writer.write_eof()
            assert await all_of(reader) == (b"", FIN)
            writer.close()

    run(check)


def test_what_is_amid_an_answer_can_be_dropped() -> None:
    async def check() -> None:
        async with playing(Reply(body=(Stall(3600),))) as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            play.server.drop_busy()
            assert (await all_of(reader))[0] == b""
            while play.server.busy:
                await asyncio.sleep(0.001)
            writer.close()

    run(check)


def test_pieces_are_written_one_by_one() -> None:
    """The head and each piece are on their own: a reader in the middle sees them come."""

    async def check() -> None:
        async with playing(ok(2, gated=True), patience=5) as play:
            reader, writer = await asyncio.open_connection(*play.address)
            writer.write(GET)
            came = [await reader.readuntil(b"\r\n\r\n")]
            for marker in markers(0, 1):
                came.append(await reader.readuntil(marker.encode()))
                play.scene.gates.open(marker)
            assert all(first not in then for first, then in pairwise(came))
            writer.close()

    run(check)
