"""Trace files and case files: written redacted, read back to the same verdicts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from contracts.http1 import Message
from contracts.trace import Connection, Io, Record, Secret, Way, Wire, wires_of
from harness.case import Case, dump
from harness.errors import UsageError
from harness.redact import redact, redact_bytes, redacted_secrets

OUT = Path("reports/out")
WAYS: tuple[Way, Way] = (">", "<")


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
    pairs = list(wires_of(one))
    if any(_hidden(message, secrets) for pair in pairs for message in _messages(pair)):
        return _rewritten(one, pairs, secrets)
    streams = {way: iter(_cut(one, way, secrets)) for way in WAYS}
    log = tuple(
        replace(io, data=next(streams[io.way])) if io.kind == "data" else io for io in one.log
    )
    return replace(one, log=log)


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
    content = message.content
    if content is None or redact_bytes(content, secrets) == content:
        return False
    coded = bool(message.value("Content-Encoding"))
    return coded or (message.framing == "chunked" and len(message.chunks) > 1)


def _rewritten(one: Connection, pairs: list[Wire], secrets: tuple[Secret, ...]) -> Connection:
    """The same messages, stored decoded and length-framed."""
    log: list[Io] = []
    for pair in pairs:
        for way, message in zip(WAYS, _messages(pair), strict=False):
            log.append(Io(message.head_at, way, "data", _plain(message, secrets)))
    return replace(one, log=(*log, *(io for io in one.log if io.kind != "data")))


def _plain(message: Message, secrets: tuple[Secret, ...]) -> bytes:
    body = redact_bytes(message.content or b"", secrets)
    dropped = ("content-encoding", "transfer-encoding", "content-length")
    kept = [f"{name}: {value}" for name, value in message.headers if name.lower() not in dropped]
    size = len(body) if message.complete else len(body) + 1
    lines = [message.first_line, *kept, f"Content-Length: {size}", "", ""]
    return redact_bytes("\r\n".join(lines).encode("latin-1", "replace"), secrets) + body


def write_trace(record: Record, case: Case, out: Path) -> Path:
    """Write one run's trace, redacted; its path."""
    target = "".join(c if c.isalnum() or c in "-_." else "-" for c in record.target)
    name = "-".join(filter(None, (target, record.defect, record.dialect, case.name, case.id)))
    path = out / "traces" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(redacted(record)))
    return near(path)


def read_trace(path: Path) -> Record:
    """Read a trace file. Raises UsageError in one line."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except OSError as error:
        raise UsageError(f"trace file {path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"trace file {path} is corrupt: {error}") from error


def write_case(case: Case, out: Path) -> Path:
    """Write a case file under its id; its path as a person would type it."""
    path = out / "cases" / f"{case.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(case))
    return near(path)


def near(path: Path) -> Path:
    """The path relative to here, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
