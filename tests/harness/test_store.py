"""What is written holds no secret, and read back it gives the verdicts of the live trace."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.blame import hops, locate
from contracts.judge import discover, judge
from contracts.record import Ask, Connection, Declares, Io, Record
from contracts.trace import Trace
from contracts.wires import wires_of
from fakes.coding import encoder
from fakes.identities import SECRETS
from harness.case import Case, Step
from harness.chain import Chain
from harness.errors import UsageError
from harness.store import read_trace, redacted, write_case, write_trace
from harness.trial import Trial, run
from harness.verdicts import record
from reports.message import message
from scenarios.cases import catalogue

KEY = SECRETS[0].value
REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\n\r\n"
CASE = Case("x", "arena", (Step((), ""),))


def exchange(*reads: bytes, end: str = "fin") -> Record:
    """A record of one exchange at ingress, the answer in these reads at 1, 2, ... seconds."""
    log = [Io(0.5, ">", "data", REQUEST)]
    log += (Io(float(at), "<", "data", data) for at, data in enumerate(reads, 1))
    log.append(Io(float(len(reads) + 1), "<", end))  # type: ignore[arg-type]
    connection = Connection("ingress", 0.1, tuple(log))
    asks = (Ask(True, seen=(f"message: {KEY}",)),)
    lines = (f"refused {KEY}",)
    return Record("odd", "arena", "x", Declares(), asks=asks, connections=(connection,),
                  secrets=SECRETS, log=lines)  # fmt: skip


def head(*fields: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *fields, "", "")).encode()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def stored(one: Record, folder: Path) -> tuple[bytes, Record]:
    path = write_trace(one, CASE, folder)
    return path.read_bytes(), read_trace(path)


def forms(value: str) -> Iterator[bytes]:
    yield from (value.encode(), quote(value, safe="").encode(), json.dumps(value)[1:-1].encode())
    for shift in range(3):
        coded = base64.b64encode(b"?" * shift + value.encode() + b"??")
        yield coded[4 : 4 + len(value)]


def shows_secret(data: bytes) -> bool:
    """In any form, also within the Base64 of a trace file's bytes."""
    return any(form in data for one in SECRETS for form in forms(one.value))


def decoded(one: Record) -> bytes:
    reads = [io.data for c in one.connections for io in c.log]
    bodies = [m.response.content or b"" for c in one.connections for m in wires_of(c) if m.response]
    return b"\0".join([b"".join(reads), *reads, *bodies, *(line.encode() for line in one.log)])


HALF = len(KEY) // 2
LONG = f"key {KEY} and more".encode()
GZIPPED = (lambda code: code[0](LONG) + code[1]())(encoder("gzip"))
SHAPES = {
    "whole": (head(f"Content-Length: {len(LONG)}") + LONG,),
    "over_two_reads": (
        head(f"Content-Length: {len(LONG)}") + LONG[: 4 + HALF],
        LONG[4 + HALF :],
    ),
    "byte_by_byte": tuple(bytes([byte]) for byte in head(f"Content-Length: {len(LONG)}") + LONG),
    "over_two_chunks": (
        head("Transfer-Encoding: chunked"),
        chunked(LONG[: 4 + HALF], LONG[4 + HALF :]),
    ),
    "in_one_chunk": (head("Transfer-Encoding: chunked"), chunked(b"a", LONG, b"b")),
    "over_chunks_and_cut": (
        head("Transfer-Encoding: chunked"),
        chunked(LONG[: 4 + HALF], LONG[4 + HALF :]).removesuffix(b"0\r\n\r\n"),
    ),
    "gzip": (head("Content-Encoding: gzip", f"Content-Length: {len(GZIPPED)}"), GZIPPED),
    "gzip_chunked": (
        head("Content-Encoding: gzip", "Transfer-Encoding: chunked"),
        chunked(GZIPPED[:12]),
        chunked(GZIPPED[12:]),
    ),
    "gzip_to_the_end": (head("Content-Encoding: gzip"), GZIPPED),
    "falsely_gzip": (
        head("Content-Encoding: gzip", "Transfer-Encoding: chunked"),
        chunked(LONG[:9], LONG[9:]),
    ),
    "in_the_head": (head(f"Set-Cookie: {KEY}", "Content-Length: 0"),),
}
SHAPES["gzip_chunked"] = (
    SHAPES["gzip_chunked"][0],
    chunked(GZIPPED[:12], GZIPPED[12:])[:20],
    chunked(GZIPPED[:12], GZIPPED[12:])[20:],
)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_secret_is_stored_and_the_message_stays_the_same(shape: str, tmp_path: Path) -> None:
    live = exchange(*SHAPES[shape])
    assert shows_secret(decoded(live))
    text, read = stored(live, tmp_path)
    assert not shows_secret(text)
    assert not shows_secret(decoded(read))
    before, after = (next(wires_of(one.connections[0])).response for one in (live, read))
    assert before
    assert after
    assert (after.status, after.complete) == (before.status, before.complete)
    assert (after.began, after.head_at) == (before.began, before.head_at)
    size = len(before.body if before.content is None else before.content)
    assert len(after.body if after.content is None else after.content) == size
    assert read.connections[0].log[-1] == live.connections[0].log[-1]


@pytest.mark.parametrize("shape", ["gzip", "gzip_chunked", "gzip_to_the_end"])
def test_a_coded_body_with_a_secret_is_stored_decoded(shape: str, tmp_path: Path) -> None:
    _, read = stored(exchange(*SHAPES[shape]), tmp_path)
    (wire,) = wires_of(read.connections[0])
    assert wire.response
    assert wire.response.values("Content-Encoding") == ()
    assert wire.response.body.startswith(b"key redacted-client_key-1-")
    assert wire.response.body.endswith(b" and more")


def test_a_coded_body_without_a_secret_is_stored_as_it_came(tmp_path: Path) -> None:
    press, finish = encoder("gzip")
    coded = press(b"harmless") + finish()
    live = exchange(head("Content-Encoding: gzip"), coded)
    _, read = stored(live, tmp_path)
    assert read.connections == live.connections


def test_pieces_are_stored_at_the_times_at_which_they_came(tmp_path: Path) -> None:
    press, finish = encoder("gzip")
    reads = (head("Content-Encoding: gzip"), press(b"one "), press(LONG), press(b" end") + finish())
    _, read = stored(exchange(*reads), tmp_path)
    data = [(io.at, io.data) for io in read.connections[0].log if io.way == "<"][2:]
    assert [at for at, _ in data if _] == [2.0, 3.0, 4.0]
    assert (data[0][1], data[2][1]) == (b"one ", b" end")


def test_names_of_files_stay_in_their_folder(tmp_path: Path) -> None:
    odd = Case("../../a b/" + "é" * 300, "arena", (Step((), ""),))
    path = write_trace(exchange(), odd, tmp_path)
    assert path.parent == tmp_path / "traces"
    assert path.name.endswith(f"-{odd.id}.json")
    assert write_case(odd, tmp_path) == tmp_path / "cases" / f"{odd.id}.json"


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", b"[" * 5000])
def test_a_corrupt_trace_is_one_line(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(text)
    with pytest.raises(UsageError, match="is corrupt: ") as caught:
        read_trace(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="No such file"):
        read_trace(tmp_path / "none.json")


REAL = (
    *("stream_ok", "plain_ok", "two_requests", "status_401_always_stream"),
    "retry_after_429_seconds_plain",
    *("error_echoes_secret_500_stream", "error_echoes_secret_401_stream", "coded_gzip_plain"),
    *("coded_gzip_stream", "strip_user_agent_on_upstream_leg", "breaks_cut", "redirect_302_stream"),
)  # fmt: skip


def named(name: str, dialect: str = "arena") -> Case:
    return next(one for one in catalogue() if (one.name, one.dialect) == (name, dialect))


@pytest.fixture(scope="module")
def tried(reference: Chain) -> Callable[[str], Trial]:
    done: dict[str, Trial] = {}

    def trial(name: str) -> Trial:
        if name not in done:
            done[name] = run(named(name), reference)
        return done[name]

    return trial


@pytest.mark.parametrize("name", REAL)
def test_a_stored_run_is_judged_as_the_live_one(
    name: str, tried: Callable[[str], Trial], tmp_path: Path
) -> None:
    live = tried(name)
    path = write_trace(live.trace.record, live.case, tmp_path)
    read = Trace.of(read_trace(path))
    outcomes = {verdict.contract.id: verdict.outcome for verdict in judge(read)}
    assert outcomes == {verdict.contract.id: verdict.outcome for verdict in live.verdicts}
    assert set(outcomes) == set(discover())
    assert len(read.exchanges) == len(live.trace.exchanges) > 0


@pytest.mark.parametrize("name", REAL)
def test_nothing_that_a_run_writes_shows_a_secret(
    name: str, tried: Callable[[str], Trial], tmp_path: Path
) -> None:
    live = tried(name)
    assert shows_secret(decoded(live.trace.record))
    path = write_trace(live.trace.record, live.case, tmp_path)
    texts = [path.read_bytes(), write_case(live.case, tmp_path).read_bytes()]
    for verdict in live.verdicts:
        told = record(live, verdict, tmp_path)
        texts += [json.dumps(told).encode(), message(told).encode()]
    assert not any(map(shows_secret, texts))
    assert not shows_secret(decoded(read_trace(path)))


def test_hops_of_a_stored_run_show_surrogates(
    tried: Callable[[str], Trial], tmp_path: Path
) -> None:
    live = tried("stream_ok").trace
    clean = Trace.of(redacted(live.record))
    values = []
    for trace in (live, clean):
        place = locate(trace, trace.exchanges[0].attempts[0].egress.request)
        assert place
        values.append(hops(place, "Cookie"))
    before, after = (one["egress"] or ("",) for one in values)
    assert before != after
    assert len(before[0]) == len(after[0])
    assert values[1]["egress"] == values[1]["upstream"]
