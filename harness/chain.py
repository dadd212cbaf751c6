"""One chain: client, taps, target, upstream, on one loop in one background thread.

    client -> [client relay -> mitmproxy ->] ingress relay -> TARGET
           -> egress relay -> [mitmproxy -> upstream relay ->] upstream

The parts in brackets stand there only while a case puts a fault on that leg. The chain is kept
warm between cases; one case is in flight at a time.
"""

import asyncio
import os
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

from contracts.record import Ask, Record
from contracts.trace import ELSEWHERE
from fakes.clock import Clock
from fakes.gates import Gates
from fakes.identities import BINDINGS, SECRETS
from fakes.scene import Scenes
from fakes.upstream import Elsewhere
from harness import mitm
from harness.behind import Behind, Raw
from harness.case import Case
from harness.errors import HarnessError, TargetError
from harness.loop import Loop
from harness.play import Player, Stage
from harness.process import TargetProcess
from harness.relay import Address
from harness.taps import SECOND, Taps
from harness.target import Target, client_key
from targets import defects


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
        self.loop = Loop()
        self.scenes = Scenes()
        self._used, self._unanswered = True, 0
        self._mitm: mitm.Mitm | None = None
        self._open = ExitStack()

    def __enter__(self) -> "Chain":
        self._open.enter_context(self.loop)
        self._open.callback(lambda: self.loop.wait(self._stop()))
        try:
            self.loop.wait(self._start())
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run(self, case: Case, patience: float = 0) -> Record:
        """Play the case. Raises TargetError if the target dies or cannot be started again."""
        return self.loop.wait(self._run(case, patience or self.patience))

    async def _start(self) -> None:
        self.taps = Taps(self.clock, Gates(self.patience, self.clock))
        self.behind = self._behind()
        await self.taps.open(self.target.upstream_bind)
        self._origins = await self.behind.start()
        for tap in ("upstream", "egress", SECOND):
            self.taps.lead(tap, self._origins[0])
        self.taps.lead(ELSEWHERE, await self.taps.serve(Elsewhere().serve))
        if self.target.url:
            parts = urlsplit(self.target.url)
            await self._meet((parts.hostname or "127.0.0.1", parts.port or 80))
        else:
            await self._start_target()

    def _behind(self) -> Behind:
        if self.dialect != "session":
            return Raw(self.taps, self.scenes)
        from harness.services import Services

        return Services(self.scenes, defects.load(self.defect) if self._in_service else None)

    @property
    def _in_service(self) -> bool:
        """The planted bug is one of a session service, not of the target."""
        return bool(self.defect) and defects.place_of(self.defect) == "service"

    async def _stop(self) -> None:
        if self.process:
            await self.process.stop()
        if self._mitm:
            await self._mitm.stop()
        if hasattr(self, "behind"):
            await self.behind.stop()
        if hasattr(self, "taps"):
            self.taps.close()

    async def _meet(self, address: Address) -> None:
        """The proxy runs already. Raises TargetError if nobody answers there."""
        try:
            _, writer = await asyncio.open_connection(*address)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            told = f"--base-url {self.target.url}: {reason}; start your proxy there first"
            raise TargetError(told) from None
        writer.close()
        self.taps.lead("ingress", address)

    async def _start_target(self) -> None:
        upstreams = self.taps.entry("egress"), self.taps.entry(SECOND)
        planted = "" if self._in_service else self.defect
        self.process = TargetProcess(self.target, self.dialect, upstreams, planted)
        self.taps.lead("ingress", ("127.0.0.1", self.process.port))
        await self.process.start()
        self._used = False

    async def _restart_target(self) -> None:
        if self.process:
            await self.process.stop()
            await self._start_target()

    async def _run(self, case: Case, patience: float) -> Record:
        cut = await self._route(case)
        dead = self.process and not self.process.alive
        if dead or cut or (case.isolated and self._used):
            await self._restart_target()
        self._used = True
        self.clock.zero()
        gates = Gates(patience, self.clock)
        self.taps.begin(gates)
        self.behind.begin()
        stage = self._stage(gates)
        self._unanswered = 0
        asks = await Player(case, stage, lambda ended: self._check_alive(case, ended)).play()
        if self._mitm and (trouble := self._mitm.front.trouble + self._mitm.back.trouble):
            raise HarnessError(f"a fault failed in case {case.name}: {trouble[0]}")
        record = self._record(case, asks, stage)
        if case.isolated:
            await self._restart_target()
        return record

    def _stage(self, gates: Gates) -> Stage:
        client = self.target.talk(self.dialect)
        parts = (self.taps, self.behind, self.scenes, gates, self.clock, self.elsewhere)
        return Stage(self.dialect, client, *parts)

    @property
    def elsewhere(self) -> str:
        host, port = self.taps.entry(ELSEWHERE)
        return f"http://{host}:{port}"

    async def _route(self, case: Case) -> bool:
        """Put mitmproxy on the legs that the case's faults need, and nowhere else.

        True: the target's pooled connections were cut for it. It gets a fresh start then, since
        what a pool makes of dead connections is not on trial here.
        """
        if any(fault.on_leg for fault in case.faults) and not self._mitm:
            ports = (self.taps.entry("ingress")[1], self.taps.entry("upstream")[1])
            made = mitm.Mitm(*ports)
            await made.start()
            self._mitm = made
        onward = self._origins[0]
        if self._mitm:
            self._mitm.activate()
            for leg, where in ((self._mitm.front, "client leg"), (self._mitm.back, "upstream leg")):
                mine = (fault for fault in case.faults if fault.where == where)
                leg.act([mitm.build(fault, self.elsewhere) for fault in mine])
            self.taps.lead("client", ("127.0.0.1", self._mitm.front.port))
            if case.leg("upstream leg"):
                onward = ("127.0.0.1", self._mitm.back.port)
        cut = self.taps.lead("egress", onward)
        if case.instances == 2:
            cut |= self.taps.lead(SECOND, self._origins[1], instance=2)
        else:
            cut |= self.taps.lead(SECOND, onward)
        if cut:
            self.taps.sever("upstream")
        return cut

    async def _check_alive(self, case: Case, ended: int) -> None:
        """Raises TargetError if the target died of the requests that have ended so far."""
        unanswered, before = ended - self.taps.answered(), self._unanswered
        self._unanswered = max(unanswered, before)
        if self.process and unanswered > before and await self.process.died():
            died = self.process.death()
            raise TargetError(f"target {self.target.name} died in case {case.name}: it {died}")

    def _record(self, case: Case, asks: list[Ask], stage: Stage) -> Record:
        key = client_key(stage.client)
        secrets = tuple(
            replace(one, value=key) if one.kind == "client_key" else one for one in SECRETS
        )
        return Record(
            target=self.target.name,
            dialect=self.dialect,
            case=case.name,
            declares=self.declares,
            defect=self.defect,
            patience=stage.gates.patience,
            asks=tuple(asks),
            faults=tuple(fault.note() for fault in case.faults),
            connections=self.taps.recorded(),
            gates=tuple(stage.gates.log),
            rulings=tuple(stage.rulings),
            acts=tuple(stage.acts),
            secrets=(*secrets, *self.behind.secrets()),
            clearances=BINDINGS,
            log=self.process.new_lines() if self.process else (),
        )
