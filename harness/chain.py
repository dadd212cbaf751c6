"""One chain: client, taps, target, upstream, on one loop in one background thread.

    client -> [client relay -> mitmproxy ->] ingress relay -> TARGET
           -> egress relay -> [mitmproxy -> upstream relay ->] upstream

The parts in brackets stand there only while a case puts a fault on that leg. The chain is kept
warm between cases; one case is in flight at a time.
"""

import asyncio
import os
import re
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from contracts.trace import ELSEWHERE, Ask, Io, Record, Ruling, wires_of
from fakes import client as clients
from fakes.clock import Clock
from fakes.edge import Edge
from fakes.identities import BINDINGS, SECRETS
from fakes.upstream import HEAD, Elsewhere, Gates, Scene, Upstream
from harness import mitm
from harness.case import Case, Step
from harness.errors import TargetError, UsageError
from harness.process import TargetProcess, split_address
from harness.relay import Address, Relay, Tapped
from harness.request import render
from harness.target import Target, client_key

T = TypeVar("T")
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MARKER = re.compile(rb"~[0-9a-f]+-\d+~")
MARKER_LENGTH = 32  # bytes to look back over a read, for a marker cut in two


class Chain:
    """The parts around one target in one dialect. Use it as a context manager.

    `patience` is how long the upstream waits for an event to pass (seconds).
    """

    def __init__(
        self, target: Target, dialect: str, *, defect: str = "", patience: float = 0.5
    ) -> None:
        self.target, self.dialect, self.defect = target, dialect, defect
        self.patience = patience
        self.declares = target.promises(dialect)
        self.clock = Clock()
        self.process: TargetProcess | None = None
        self._used = True
        self._mitm: mitm.Mitm | None = None
        self._servers: list[asyncio.Server] = []
        self._relays: dict[str, Relay] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Chain":
        self._thread.start()
        try:
            self._wait(self._start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def run(self, case: Case, patience: float = 0) -> Record:
        """Play the case. Raises TargetError if the target dies or cannot be started again."""
        return self._wait(self._run(case, patience or self.patience))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> None:
        self._progress = asyncio.Event()
        self.gates = Gates(self.patience, self.clock)
        self.upstream, self.second = Upstream(), Elsewhere()
        self._origin = await self._serve(self.upstream.serve)
        self._relays = {tap: Relay(tap, None, self._watch, self.clock) for tap in _RELAYS}
        self._relays["upstream"].onward = self._origin
        self._relays[ELSEWHERE].onward = await self._serve(self.second.serve)
        self._relays["egress"].onward = self._origin
        self._entry = {tap: await self._open(tap) for tap in _RELAYS}
        self._relays["client"].onward = self._entry["ingress"]
        if self.target.url:
            parts = urlsplit(self.target.url)
            await self._meet((parts.hostname or "127.0.0.1", parts.port or 80))
        else:
            await self._start_target()

    async def _meet(self, address: Address) -> None:
        """The proxy runs already. Raises TargetError if nobody answers there."""
        try:
            _, writer = await asyncio.open_connection(*address)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            told = f"--base-url {self.target.url}: {reason}; start your proxy there first"
            raise TargetError(told) from None
        writer.close()
        self._relays["ingress"].onward = address

    async def _open(self, tap: str) -> Address:
        bind = self.target.upstream_bind if tap == "egress" else ""
        return await self._serve(self._relays[tap].serve, bind)

    async def _serve(self, connected: Connected, bind: str = "") -> Address:
        host, port = split_address(bind, "--upstream-bind") if bind else ("127.0.0.1", 0)

        async def until_cancelled(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            # Python 3.11 prints a traceback for a connection task that ends as cancelled
            with suppress(asyncio.CancelledError):
                await connected(reader, writer)

        try:
            server = await asyncio.start_server(until_cancelled, host, port)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            told = f"--upstream-bind {bind}: {reason}; free it or name another address"
            raise UsageError(told) from None
        self._servers.append(server)
        return ("127.0.0.1", server.sockets[0].getsockname()[1])

    async def _start_target(self) -> None:
        self.process = TargetProcess(self.target, self.dialect, self._entry["egress"], self.defect)
        self._relays["ingress"].onward = ("127.0.0.1", self.process.port)
        await self.process.start()
        self._used = False

    async def _restart_target(self) -> None:
        if self.process:
            await self.process.stop()
            await self._start_target()

    async def _stop(self) -> None:
        if self.process:
            await self.process.stop()
        for server in self._servers:
            server.close()
        if self._mitm:
            await self._mitm.stop()
        for relay in self._relays.values():
            relay.sever()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _watch(self, one: Tapped, io: Io) -> None:
        self._progress.set()
        if one.tap == "ingress" and io.way == "<" and io.kind == "data":
            self.gates.open(HEAD)
            before = b"".join(e.data for e in one.log[-3:-1] if e.way == "<")[-MARKER_LENGTH:]
            for marker in MARKER.findall(before + io.data):
                self.gates.open(marker.decode())

    async def _run(self, case: Case, patience: float) -> Record:
        if self.process and (not self.process.alive or (case.isolated and self._used)):
            await self._restart_target()
        await self._route(case)
        self._used = True
        self.clock.zero()
        self.gates = Gates(patience, self.clock)
        for relay in self._relays.values():
            relay.begin()
        asks = await self._play(case)
        record = self._record(case, asks, patience)
        if case.isolated:
            await self._restart_target()
        return record

    async def _route(self, case: Case) -> None:
        """Put mitmproxy on the legs that the case's faults need, and nowhere else."""
        needed = case.leg("client leg") or case.leg("upstream leg")
        if needed and not self._mitm:
            front, back = self._entry["ingress"][1], self._entry["upstream"][1]
            made = mitm.Mitm(front, back)
            await made.start()
            self._mitm = made
        onward = self._origin
        if self._mitm:
            for leg, where in ((self._mitm.front, "client leg"), (self._mitm.back, "upstream leg")):
                leg.addons = [
                    mitm.build(f, self.elsewhere) for f in case.faults if f.where == where
                ]
            self._relays["client"].onward = ("127.0.0.1", self._mitm.front.port)
            if case.leg("upstream leg"):
                onward = ("127.0.0.1", self._mitm.back.port)
        if self._relays["egress"].onward != onward:
            self._relays["egress"].onward = onward
            self._relays["egress"].sever()

    @property
    def elsewhere(self) -> str:
        host, port = self._entry[ELSEWHERE]
        return f"http://{host}:{port}"

    async def _play(self, case: Case) -> list[Ask]:
        asks: list[Ask] = []
        edge, used_ids = Edge(case.steps[0].edge), set[str]()
        rulings: list[Ruling] = []
        self._rulings = rulings
        entry = self._entry["client" if case.leg("client leg") else "ingress"]
        for number, step in enumerate(case.steps):
            edge.policy, edge.stream = step.edge, step.stream
            nonce = f"{case.id[:6]}{number:02x}"
            self.gates.seen.discard(HEAD)
            self.upstream.scene = Scene(
                self.dialect,
                step.replies,
                step.stream,
                edge,
                self.gates,
                nonce,
                step.captcha,
                self.elsewhere,
                used_ids,
                rulings=rulings,
            )
            asks.append(await self._ask(step, entry, nonce))
            await self._settle()
            await self._check_alive(case, number + 1)
        return asks

    async def _check_alive(self, case: Case, asked: int) -> None:
        """Raises TargetError if the target died of one of the requests so far."""
        connections = self._relays["ingress"].connections
        answered = sum(bool(one.log) and not _unanswered(one) for one in connections)
        if self.process and answered < asked and await self.process.died():
            died = self.process.death()
            raise TargetError(f"target {self.target.name} died in case {case.name}: it {died}")

    async def _ask(self, step: Step, entry: Address, nonce: str) -> Ask:
        limit = max(5.0, 10 * self.gates.patience)
        headers, path, body = render(step, self.target.talk(self.dialect), entry, nonce)
        ask = Ask(step.stream, step.intent, step.stream_flag)
        if step.client == "typical":
            url = f"http://{entry[0]}:{entry[1]}{path}"
            work = asyncio.to_thread(clients.ask_typically, url, headers, body, limit)
            return replace(ask, seen=await work)
        wire = clients.request_bytes(step.method, path, headers, body)
        ended = await clients.ask_exactly(entry, wire, step.method, limit)
        return ask if ended else replace(ask, gave_up=self.clock())

    async def _settle(self) -> None:
        """Wait until nothing is in flight behind the target; what stays longer is cut off."""
        end = self.clock() + self.gates.patience
        while self._in_flight():
            self._progress.clear()
            try:
                await asyncio.wait_for(self._progress.wait(), max(0.0, end - self.clock()))
            except TimeoutError:
                self.upstream.drop_busy()
                self._relays["egress"].sever()
                return

    def _in_flight(self) -> bool:
        if self.upstream.busy:
            return True
        open_ones = (one for one in self._relays["egress"].connections if "<" in one.open_ways)
        return any(_unanswered(one) for one in open_ones)

    def _record(self, case: Case, asks: list[Ask], patience: float) -> Record:
        live = [one for relay in self._relays.values() for one in relay.connections if one.log]
        key = client_key(self.target.talk(self.dialect))
        secrets = tuple(
            replace(one, value=key) if one.kind == "client_key" else one for one in SECRETS
        )
        return Record(
            target=self.target.name,
            dialect=self.dialect,
            case=case.name,
            declares=self.declares,
            defect=self.defect,
            patience=patience,
            asks=tuple(asks),
            faults=tuple(fault.note() for fault in case.faults),
            connections=tuple(one.frozen() for one in live),
            gates=tuple(self.gates.log),
            rulings=tuple(self._rulings),
            secrets=secrets,
            clearances=BINDINGS,
            log=self.process.new_lines() if self.process else (),
        )


_RELAYS = ("client", "ingress", "egress", "upstream", ELSEWHERE)


def _unanswered(one: Tapped) -> bool:
    pairs = wires_of(one.frozen())
    return any(not (pair.response and pair.response.complete) for pair in pairs)
