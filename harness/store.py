"""Trace files and case files: written redacted, read back to the same verdicts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from contracts.codings import decode
from contracts.fields import FRAMING
from contracts.message import Message
from contracts.record import Connection, Io, Record, Secret, Way
from contracts.wires import Wire, wires_of
from harness.case import Case, dump
from harness.errors import UsageError
from harness.redact import redact, redact_bytes, redacted_secrets

OUT = Path("reports/out")
WAYS: tuple[Way, Way] = (">", "<")
LONGEST_NAME = 200  # bytes


def redacted(record: Record) -> Record:
    """The record as it may be written: no secret in bytes, log lines or names."""
    secrets = record.secrets
    return replace(
        record,
        connections=tuple(_connection(one, secrets) for one in record.connections),
        log=tuple(redact(line, secrets) for line in record.log),
        secrets=redacted_secrets(secrets),
        clearances=tuple((redact(value, secrets), agent) for value, agent in record.clearances),
        asks=tuple(
            replace(ask, seen=tuple(redact(line, secrets) for line in ask.seen))
            for ask in record.asks
        ),
    )


def _connection(one: Connection, secrets: tuple[Secret, ...]) -> Connection:
    """Each direction is redacted as one run of bytes, so that a read boundary hides nothing."""
    streams = {way: iter(_cut(one, way, secrets)) for way in WAYS}
    log = tuple(
        replace(io, data=next(streams[io.way])) if io.kind == "data" else io for io in one.log
    )
    clean = replace(one, log=log)
    pairs = list(wires_of(clean))
    hidden = any(_hidden(message, secrets) for pair in pairs for message in _messages(pair))
    return _rewritten(clean, pairs, secrets) if hidden else clean


def _cut(one: Connection, way: Way, secrets: tuple[Secret, ...]) -> Iterator[bytes]:
    reads = [io.data for io in one.log if io.way == way and io.kind == "data"]
    clean, at = redact_bytes(b"".join(reads), secrets), 0
    for data in reads:
        yield clean[at : at + len(data)]
        at += len(data)


def _messages(pair: Wire) -> Iterator[Message]:
    yield pair.request
    if pair.response:
        yield pair.response


def _hidden(message: Message, secrets: tuple[Secret, ...]) -> bool:
    """A secret that only shows once transfer and content coding are undone."""
    if message.framing != "chunked" and not message.value("Content-Encoding"):
        return False
    bodies = (message.body, message.content)
    return any(body and redact_bytes(body, secrets) != body for body in bodies)


def _rewritten(one: Connection, pairs: list[Wire], secrets: tuple[Secret, ...]) -> Connection:
    """The same messages at the same times, stored decoded and length-framed."""
    log: list[Io] = []
    for pair in pairs:
        for way, message in zip(WAYS, _messages(pair), strict=False):
            log += (Io(at, way, "data", data) for at, data in _plain(message, secrets) if data)
    log += (io for io in one.log if io.kind != "data")
    return replace(one, log=tuple(sorted(log, key=lambda io: io.at)))


def _plain(message: Message, secrets: tuple[Secret, ...]) -> Iterator[tuple[float, bytes]]:
    """When (seconds) and what: the head in two reads, then each chunk's share of the content."""
    if not message.chunks:
        yield from _head(message, message.headers)
        return
    coding = message.value("Content-Encoding")
    content = message.content
    dropped = FRAMING if content is None else {*FRAMING, "content-encoding"}
    body = redact_bytes(message.body if content is None else content, secrets)
    size = len(body) if message.complete else len(body) + 1
    kept = [pair for pair in message.headers if pair[0].lower() not in dropped]
    yield from _head(message, [*kept, ("Content-Length", str(size))])
    came, done = b"", 0
    for chunk in message.chunks:
        came += chunk.data
        read = decode(came, coding)
        share = len(came if read is None else read)
        yield chunk.at, body[done:share]
        done = max(done, share)
    yield message.chunks[-1].at, body[done:]


def _head(message: Message, headers: Iterable[tuple[str, str]]) -> Iterator[tuple[float, bytes]]:
    lines = [message.first_line, *(f"{name}: {value}" for name, value in headers), "", ""]
    head = "\r\n".join(lines).encode("latin-1", "replace")
    yield message.began, head[:1]
    yield message.head_at, head[1:]


def write_trace(record: Record, case: Case, out: Path) -> Path:
    """Write one run's trace, redacted; its path."""
    words = filter(None, (record.target, record.defect, record.dialect, case.name))
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in "-".join(words))
    path = out / "traces" / f"{name.encode()[:LONGEST_NAME].decode(errors='ignore')}-{case.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(redacted(record)))
    return near(path)


def read_trace(path: Path) -> Record:
    """Read a trace file. Raises UsageError in one line."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except OSError as error:
        raise UsageError(f"trace file {path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"trace file {path} is corrupt: {error}") from error


def write_case(case: Case, out: Path) -> Path:
    """Write a case file under its id; its path as a person would type it."""
    path = out / "cases" / f"{case.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump(case).encode())
    return near(path)


def near(path: Path) -> Path:
    """The path relative to here, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
