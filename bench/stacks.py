"""The set-ups that are raced: each is entered once in a worker and then plays case after case.

The client is the same in all of them (requests with sseclient-py, a new connection for each
exchange), and so are the upstream and the bridge. Only what stands between them differs.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.bridge import Bridge
from bench.exchange import EVENTS, cases
from bench.loop import Loop
from fakes import client as clients
from fakes.clock import Clock
from fakes.edge import Edge
from fakes.upstream import Gates, Scene, Upstream
from harness.case import Case
from harness.chain import Chain
from harness.process import TargetProcess, free_port
from harness.relay import Address
from harness.request import render
from harness.target import Client, Ready, Target, running

Play = Callable[[Case], None]
CLIENT = Client()
NONCE = "bench00"


@dataclass(frozen=True, slots=True)
class Stack:
    """How to set it up, and what its cases need."""

    opened: Callable[[], Any]
    gated: bool = False
    legs: bool = False

    def cases(self) -> Any:
        return cases(gated=self.gated, legs=self.legs)


@contextmanager
def direct() -> Iterator[Play]:
    """client -> upstream"""
    with Loop() as loop:
        upstream = Upstream()
        entry = loop.serve(upstream.serve)
        yield lambda case: _ask(case, entry, upstream)


@contextmanager
def naive() -> Iterator[Play]:
    """client -> mitmdump -> bridge -> mitmdump -> upstream: two processes beside this one"""
    with Loop() as loop:
        upstream = Upstream()
        behind = TargetProcess(MITMDUMP, "transparent", loop.serve(upstream.serve), "")
        bridge = loop.serve(Bridge(("127.0.0.1", behind.port)).serve)
        before = TargetProcess(MITMDUMP, "transparent", bridge, "")
        try:
            for process in (behind, before):
                loop.wait(process.start())
            yield lambda case: _ask(case, ("127.0.0.1", before.port), upstream)
        finally:
            for process in (before, behind):
                loop.wait(process.stop())


MITMDUMP = Target(
    "mitmdump",
    ("transparent",),
    command=(
        *("{python}", "-c", "from mitmproxy.tools.main import mitmdump as run; run()", "--quiet"),
        *("--mode", "reverse:{upstream}@127.0.0.1:{port}", "--set", "confdir={work}"),
        *("-s", "{checkout}/mitm_addons/strip_headers.py", "--set", "strip_headers=X-Absent"),
    ),
    ready=Ready(tcp=True),
)


def _ask(case: Case, entry: Address, upstream: Upstream) -> None:
    step, gates = case.steps[0], Gates(0.5, Clock())
    upstream.scene = Scene("transparent", step.replies, True, Edge(step.edge), gates, NONCE)
    headers, path, body = render(step, CLIENT, entry, NONCE)
    seen = clients.ask_typically(f"http://{entry[0]}:{entry[1]}{path}", headers, body, 10)
    _require(len(seen), seen)


@contextmanager
def chain() -> Iterator[Play]:
    """The harness's chain in this process, with the bridge on the chain's own loop."""
    front, back = free_port(), free_port()
    target = running(f"http://127.0.0.1:{front}", f"127.0.0.1:{back}", "transparent")
    with Chain(target, "transparent") as made:
        bridge = Bridge(("127.0.0.1", back))
        starting = asyncio.start_server(bridge.serve, "127.0.0.1", front)
        server = asyncio.run_coroutine_threadsafe(starting, made._loop).result(10)
        yield lambda case: _run(made, case)
        made._loop.call_soon_threadsafe(server.close)


@contextmanager
def apart() -> Iterator[Play]:
    """The same chain with the bridge as a process of its own."""
    with Chain(BRIDGE, "transparent") as made:
        yield lambda case: _run(made, case)


BRIDGE = Target(
    "bridge",
    ("transparent",),
    command=("{python}", "{checkout}/bench/bridge.py", "{port}", "{upstream_port}"),
)


def _run(made: Chain, case: Case) -> None:
    record = made.run(case)
    seen = record.asks[0].seen
    _require(len(seen), seen)
    if record.gates:
        missed = [gate.marker for gate in record.gates if gate.missed]
        assert not missed, f"gates missed: {missed}"


def _require(count: int, seen: Any) -> None:
    if count != EVENTS + 2:
        raise RuntimeError(f"{count} events instead of {EVENTS + 2}: {seen[:3]}")


STACKS = {
    "direct": Stack(direct),
    "naive": Stack(naive),
    "chain": Stack(chain),
    "legs": Stack(chain, legs=True),
    "gated": Stack(chain, gated=True, legs=True),
    "apart": Stack(apart, legs=True),
    "gated_apart": Stack(apart, gated=True, legs=True),
}
