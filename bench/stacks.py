"""The set-ups that are raced: each is entered once in a worker and then plays case after case.

Upstream and bridge are the same in all of them, and every exchange opens a new connection. The
client is requests with sseclient-py, unless the case asks for the chain's own exact client.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.bridge import Bridge
from bench.exchange import EVENTS
from fakes import client as clients
from fakes.clock import Clock
from fakes.edge import Edge
from fakes.gates import Gates
from fakes.scene import Scene
from fakes.upstream import Upstream
from harness.brought import Brought
from harness.case import Case
from harness.chain import Chain
from harness.choosing import running
from harness.loop import Loop
from harness.ports import Port
from harness.process import TargetProcess
from harness.relay import Address
from harness.request import render
from harness.target import Client, Ready, Target

Play = Callable[[Case], None]
CLIENT = Client()
NONCE = "bench00"
HEARD = EVENTS + 2  # the finish reason and [DONE] are events too


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
        behind = TargetProcess(MITMDUMP, "transparent", [loop.serve(upstream.serve)], "")
        bridge = loop.serve(Bridge(("127.0.0.1", behind.port)).serve)
        before = TargetProcess(MITMDUMP, "transparent", [bridge], "")
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
    scene = Scene("transparent", step.replies, True, Edge(step.edge), gates, NONCE)
    upstream.scenes.begin(scene)
    headers, path, body = render(step, CLIENT, entry, NONCE, Brought())
    seen = clients.ask_typically(f"http://{entry[0]}:{entry[1]}{path}", headers, body, 10)
    _require(len(seen), seen)


@contextmanager
def lean_chain() -> Iterator[Chain]:
    """The harness's chain in this process, with the bridge on the chain's own loop."""
    door, back = socket.create_server(("127.0.0.1", 0)), Port().number
    front = f"http://127.0.0.1:{door.getsockname()[1]}"
    bridge = Bridge(("127.0.0.1", back))
    with door, Chain(running(front, f"127.0.0.1:{back}", "transparent"), "transparent") as made:
        server = made.loop.wait(asyncio.start_server(bridge.serve, sock=door))
        try:
            yield made
        finally:
            made.loop.loop.call_soon_threadsafe(server.close)
            made.loop.wait(bridge.close())


@contextmanager
def chain() -> Iterator[Play]:
    """client -> taps and bridge -> upstream, all in this process"""
    with lean_chain() as made:
        yield lambda case: _run(made, case)


@contextmanager
def apart() -> Iterator[Play]:
    """The same with the bridge as a process of its own, under the guard."""
    with Chain(BRIDGE, "transparent") as made:
        yield lambda case: _run(made, case)


BRIDGE = Target(
    "bridge",
    ("transparent",),
    command=("{python}", "{checkout}/bench/bridge.py", "{port}", "{upstream_port}"),
)


def _run(made: Chain, case: Case) -> None:
    record = made.run(case)
    heard = [io.data for one in record.connections if one.tap == "ingress" for io in one.log]
    _require(b"".join(heard).count(b"\ndata: "), record.asks)
    if any(gate.missed for gate in record.gates):
        raise RuntimeError(f"a gate was missed: {record.gates}")


def _require(heard: int, what: object) -> None:
    if heard != HEARD:
        raise RuntimeError(f"{heard} events instead of {HEARD}: {what}")


STACKS = {"direct": direct, "naive": naive, "chain": chain, "apart": apart}
