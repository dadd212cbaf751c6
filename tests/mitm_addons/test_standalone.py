"""Every line of docs/faults.md works as it stands there; only the two ports are other ones."""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.mitm_addons.mitmdump import (
    CHUNKS,
    EVENTS,
    HEAD,
    LAST,
    ROOT,
    SENT,
    Running,
    ask,
    connected,
    start,
)

LINES = {
    Path(line.split(" -s ")[1].split()[0]).stem: line
    for line in re.findall(r"^mitmdump .*$", (ROOT / "docs/faults.md").read_text("utf-8"), re.M)
}
HOST, AGENT, ID, ONE, ACCEPT, TWO, LENGTH = SENT

REQUESTS = {
    "strip_headers": (HOST, ID, ONE, ACCEPT, TWO, LENGTH),
    "rewrite_headers": (HOST, b"user-AGENT: python-httpx/0.28.1", ID, ONE, ACCEPT, TWO, LENGTH),
    "rename_header": (HOST, AGENT, b"X-Correlation-Id: r-1", ONE, ACCEPT, TWO, LENGTH),
    "duplicate_header": (HOST, AGENT, AGENT, ID, ONE, ACCEPT, TWO, LENGTH),
    "recase_headers": tuple(b":".join([n.lower(), v]) for n, v in (f.split(b":", 1) for f in SENT)),
    "rewrite_values": (HOST, AGENT, b"X-Request-Id: R-1", ONE, ACCEPT, TWO, LENGTH),
    "remember_header": SENT,
    "reorder_headers": (LENGTH, ONE, ACCEPT, TWO, ID, AGENT, HOST),
    "hop_by_hop": (
        *SENT,
        b"Connection: keep-alive, X-Hop-Canary",
        b"X-Hop-Canary: hop-canary",
        b"Keep-Alive: timeout=60, canary=hop-canary",
        b"Proxy-Connection: keep-alive",
        b"TE: trailers, hop-canary;q=0.1",
    ),
    "buffer_stream": SENT,
    "recode_body": SENT,
    "challenge_page": (),
    "redirect": (),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Running]]:
    """Start all. The first one alone: it compiles mitmproxy's modules, which is most of a start."""
    work = tmp_path_factory.mktemp("mitmdump")
    started: dict[str, Running] = {}
    with ExitStack() as stack:
        for name, line in LINES.items():
            started[name] = start(stack, line, work / name)
            if len(started) == 1:
                connected(started[name]).close()
        yield started


def chunks(body: bytes) -> list[bytes]:
    """Give the data of each chunk, the empty last one left out."""
    found = []
    while size := int(body.partition(b"\r\n")[0], 16):
        _, _, body = body.partition(b"\r\n")
        found.append(body[:size])
        body = body[size + 2 :]
    return found


def is_untouched(head: bytes, body: bytes) -> None:
    assert head == HEAD
    assert body == b"".join(CHUNKS) + LAST


def is_held(head: bytes, body: bytes) -> None:
    assert head == HEAD
    assert chunks(body) == [b"".join(EVENTS)], "what was held comes in one chunk"


def is_gzip(head: bytes, body: bytes) -> None:
    assert head == HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    decode = zlib.decompressobj(wbits=31).decompress
    assert [decode(chunk) for chunk in chunks(body)] == [*EVENTS, b""]


def is_challenge(head: bytes, body: bytes) -> None:
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"\r\ncf-mitigated: challenge\r\n" in head
    assert b"<title>Just a moment...</title>" in body


def is_redirect(head: bytes, body: bytes) -> None:
    assert head.startswith(b"HTTP/1.1 307 Temporary Redirect\r\n")
    assert b"\r\nlocation: http://127.0.0.1:9001/elsewhere\r\n" in head
    assert body == b""


RESPONSES: dict[str, Callable[[bytes, bytes], None]] = {
    "buffer_stream": is_held,
    "recode_body": is_gzip,
    "challenge_page": is_challenge,
    "redirect": is_redirect,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_the_documented_line_works(name: str, running: dict[str, Running]) -> None:
    fault = running[name]
    if name == "buffer_stream":
        fault.upstream.gate.set()
    head, body = ask(fault)
    RESPONSES.get(name, is_untouched)(head, body)
    seen = fault.upstream.request.replace(fault.upstream.address.encode(), b"localhost")
    fields = seen.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert fields == ([b"POST /s?x HTTP/1.1", *REQUESTS[name]] if REQUESTS[name] else [b""])


def test_a_fault_with_a_memory_has_it_when_it_stands_alone(running: dict[str, Running]) -> None:
    ids = []
    for _ in range(2):
        head, _ = ask(running["remember_header"])
        ids += [line for line in head.split(b"\r\n") if line.startswith(b"X-Streaming")]
    assert running["remember_header"].upstream.answers >= 2
    assert ids == [b"X-Streaming-Session-Id: s-1"] * 2


def test_the_line_for_strip_headers_is_the_promised_one() -> None:
    assert LINES["strip_headers"] == (
        "mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080"
        " -s mitm_addons/strip_headers.py --set strip_headers=User-Agent"
    )
