"""A fault as its own mitmdump process, between a raw client and a raw upstream."""

import os
import re
import shlex
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds; eleven starts at once on a busy machine take long
"""Seconds after which something that never comes is given up."""

SENT = (
    b"Host: localhost",
    b"user-AGENT: Mozilla/5.0",
    b"X-Request-Id: r-1",
    b"X-Tag: 1",
    b"Accept: text/event-stream",
    b"x-tag: 2",
    b"Content-Length: 4",
)
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: a=1\r\nset-COOKIE: b=2\r\n"
    b"X-Streaming-Session-Id: s-1\r\nTransfer-Encoding: chunked\r\n\r\n"
)
EVENTS = b"data: one\n\n", b"data: two\n\n"
CHUNKS = [b"b\r\n%s\r\n" % event for event in EVENTS]
LAST = b"0\r\n\r\n"


@dataclass(slots=True)
class Upstream:
    """Records the last request, answers each with the first event, and the second when the gate
    opens. The session id counts the answers.
    """

    listener: socket.socket
    gate: threading.Event = field(default_factory=threading.Event)
    request: bytes = b""
    answers: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        self.listener.settimeout(PATIENCE)
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.answer(connection)

    def stop(self) -> None:
        """Wake the thread that accepts: closing alone would leave it waiting."""
        self.gate.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)

    def answer(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        received = b""
        while not received.endswith(b"\r\n\r\nbody") and (some := connection.recv(65536)):
            received += some
        if received:
            self.request = received
            self.answers += 1
            connection.sendall(HEAD.replace(b"s-1", b"s-%d" % self.answers) + CHUNKS[0])
            self.gate.wait(PATIENCE)
            connection.sendall(CHUNKS[1] + LAST)


@dataclass(frozen=True, slots=True)
class Running:
    upstream: Upstream
    proxy: tuple[str, int]
    process: subprocess.Popen[bytes]
    output: Path


def start(stack: ExitStack, line: str, work: Path) -> Running:
    listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
    upstream = Upstream(listener)
    threading.Thread(target=upstream.serve, daemon=True).start()
    stack.callback(upstream.stop)
    proxy = ("127.0.0.1", free_port())
    line = line.replace("127.0.0.1:9000", upstream.address)
    line = line.replace("127.0.0.1:8080", f"127.0.0.1:{proxy[1]}")
    program, *arguments = shlex.split(line)
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    output, cache = work.with_suffix(".log"), work.with_name("bytecode")
    with output.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--set", f"confdir={work}"],
            cwd=ROOT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(cache)},
            stdout=log,
            stderr=log,
        )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return Running(upstream, proxy, process, output)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def connected(fault: Running) -> socket.socket:
    """Connect as soon as the proxy listens; fail with its output if it ends or never does."""
    for _ in range(int(PATIENCE / 0.02)):
        if fault.process.poll() is not None:
            break
        try:
            return socket.create_connection(fault.proxy, timeout=PATIENCE)
        except ConnectionRefusedError:
            time.sleep(0.02)
    said = fault.output.read_text("utf-8") or "(nothing)"
    raise AssertionError(f"mitmdump does not listen, exit status {fault.process.poll()}: {said}")


def ask(fault: Running) -> tuple[bytes, bytes]:
    """Send the request; give head and body of the answer. The first byte of a body opens the gate
    for the second event, so only a stream that is not held comes to its end.
    """
    with connected(fault) as client:
        client.sendall(b"POST /s?x HTTP/1.1\r\n%s\r\n\r\nbody" % b"\r\n".join(SENT))
        received = b""
        while not complete(received):
            some = client.recv(65536)
            assert some, f"cut after {received!r}\n{fault.output.read_text('utf-8')}"
            received += some
            if body_of(received):
                fault.upstream.gate.set()
    return received.removesuffix(body_of(received)), body_of(received)


def body_of(response: bytes) -> bytes:
    return response.partition(b"\r\n\r\n")[2]


def complete(response: bytes) -> bool:
    length = re.search(rb"^content-length: (\d+)\r\n", response, re.M | re.I)
    if length:
        return b"\r\n\r\n" in response and len(body_of(response)) >= int(length[1])
    return body_of(response).endswith(LAST)
