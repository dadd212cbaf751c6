"""Play the steps of a case: set the scene behind the target, ask in front of it, let it settle.

Steps follow each other, but a stream may stay open while others begin: one that its script holds,
or one that is asked in the background.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from contracts.record import ActNote, Ask, Ruling
from fakes import client as clients
from fakes.client import Asking
from fakes.clock import Clock
from fakes.edge import Edge
from fakes.gates import HEAD, Gates
from fakes.scene import Scene, Scenes
from harness.behind import Behind
from harness.brought import Brought
from harness.case import Act, Case, Step
from harness.errors import UsageError
from harness.request import render
from harness.taps import Taps
from harness.target import Client

SHORTEST_LIMIT = 5.0  # seconds that the client waits for an answer to end, at the least


@dataclass(slots=True)
class Stage:
    """What a play needs of the chain; `elsewhere` is the URL of the second origin."""

    dialect: str
    client: Client
    taps: Taps
    behind: Behind
    scenes: Scenes
    gates: Gates
    clock: Clock
    elsewhere: str
    rulings: list[Ruling] = field(default_factory=list)
    acts: list[ActNote] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Flight:
    """A request that was asked, and its task until the answer has ended."""

    name: str
    ask: Ask
    scene: Scene
    task: asyncio.Task[tuple[str, ...]]
    asking: Asking | None = None
    background: bool = False
    left: bool = False

    async def until(self, *events: asyncio.Event, limit: float) -> bool:
        """Wait for its end or for one of the events; False: the limit (seconds) ran out first."""
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            done, _ = await asyncio.wait(
                [self.task, *waits], timeout=limit, return_when=asyncio.FIRST_COMPLETED
            )
            return bool(done)
        finally:
            for one in waits:
                one.cancel()


class Player:
    """Plays one case; `after_each` is told how many requests have come to an end so far."""

    def __init__(self, case: Case, stage: Stage, after_each: Callable[[int], Awaitable[None]]):
        self.case, self.stage, self.after_each = case, stage, after_each
        self.id, self.overlaps = case.id, case.overlaps
        self.edge, self.used_ids = Edge(case.steps[0].edge), set[str]()
        self.entry = stage.taps.entry("client" if case.leg("client leg") else "ingress")
        self.brought, self.flights = Brought(), list[Flight]()
        self.limit = max(SHORTEST_LIMIT, 10 * stage.gates.patience)

    async def play(self) -> list[Ask]:
        try:
            for number, step in enumerate(self.case.steps):
                await self._step(number, step)
            for flight in self.flights:
                await self._end(flight)
            await self._settle()
        finally:
            for flight in self.flights:
                flight.task.cancel()
        return [flight.ask for flight in self.flights]

    async def _step(self, number: int, step: Step) -> None:
        await self._bring(step)
        flight = self._begin(number, step)
        self.flights.append(flight)
        if step.holds:
            await self._hold(flight)
        elif not step.background:
            await self._end(flight)
        for act in step.then:
            await self._act(act)
        if not self._open():
            await self._settle()
        await self.after_each(sum(one.task.done() and not one.left for one in self.flights))

    async def _hold(self, flight: Flight) -> None:
        """Until the upstream stands still, and what it said so far has passed the target."""
        gates = self.stage.gates
        await flight.until(flight.scene.hold.reached, limit=self.limit)
        if flight.scene.said:
            await gates.passed(flight.scene.said, gates.patience)
        if flight.asking:
            await flight.until(flight.asking.head, limit=gates.patience)

    async def _bring(self, step: Step) -> None:
        """What it refers to has to be there: requests in the background come to their ends."""
        wanted = self.brought.names(step.path, step.body, *(value for _, value in step.headers))
        for flight in self.flights:
            if flight.background and flight.name in wanted:
                await self._end(flight)

    def _begin(self, number: int, step: Step) -> Flight:
        stage, nonce = self.stage, f"{self.id[:6]}{number:02x}"
        self.edge.policy, self.edge.stream = step.edge, step.stream
        stage.gates.seen.discard(HEAD)
        scene = self._scene(step, nonce)
        stage.scenes.begin(scene)
        headers, path, body = render(step, stage.client, self.entry, nonce, self.brought)
        told = nonce if self.overlaps and "$nonce" in step.body else ""
        ask = Ask(step.stream, step.intent, step.stream_flag, nonce=told)
        if step.client == "typical":
            url = f"http://{self.entry[0]}:{self.entry[1]}{path}"
            work = asyncio.to_thread(clients.ask_typically, url, headers, body, self.limit)
            return Flight(step.name, ask, scene, asyncio.ensure_future(work))
        wire = clients.request_bytes(step.method, path, headers, body)
        asking = Asking(self.entry, wire, step.method)
        self.brought.add(step.name, asking)
        task = asyncio.ensure_future(_run(asking))
        return Flight(step.name, ask, scene, task, asking, step.background)

    def _scene(self, step: Step, nonce: str) -> Scene:
        stage = self.stage
        return Scene(
            dialect=stage.dialect,
            replies=step.replies,
            stream=step.stream,
            edge=self.edge,
            gates=stage.gates,
            nonce=nonce,
            captcha=step.captcha,
            elsewhere=stage.elsewhere,
            used_ids=self.used_ids,
            rulings=stage.rulings,
        )

    async def _end(self, flight: Flight) -> None:
        """Let it come to its end; a client that waits too long gives up."""
        while not flight.task.done():
            flight.scene.hold.release()
            if not await flight.until(flight.scene.hold.reached, limit=self.limit):
                flight.task.cancel()
                await asyncio.gather(flight.task, return_exceptions=True)
                flight.ask = replace(flight.ask, gave_up=self.stage.clock())
                return
        if not flight.task.cancelled() and (seen := flight.task.result()):
            flight.ask = replace(flight.ask, seen=seen)

    def _open(self) -> bool:
        return any(not flight.task.done() for flight in self.flights)

    async def _act(self, act: Act) -> None:
        note = ActNote(self.stage.clock(), act.do, act.what, act.seconds)
        if act.do in ("restart", "pass"):
            self.stage.behind.do(act)
            self.stage.acts.append(note)
            if act.do == "restart":
                await self._broken_off()
            return
        flight = next((one for one in reversed(self.flights) if one.name == act.what), None)
        if flight is None or flight.asking is None:
            raise UsageError(f"case {self.case.name}: {act.do} {act.what!r}: no such stream")
        if flight.task.done():
            return
        self.stage.acts.append(note)
        if act.do == "release":
            flight.scene.hold.release()
            await flight.until(flight.scene.hold.reached, limit=self.limit)
        else:
            await self._leave(flight, abruptly=act.do == "reset")

    async def _broken_off(self) -> None:
        """What ran ends, if the target tells the clients so."""
        for flight in self.flights:
            await flight.until(limit=self.stage.gates.patience)

    async def _leave(self, flight: Flight, *, abruptly: bool) -> None:
        """The client goes, and those behind it hear of it, if the target tells them."""
        assert flight.asking is not None
        flight.left = True
        flight.asking.leave(abruptly=abruptly)
        await flight.until(limit=self.limit)
        with suppress(TimeoutError):
            await asyncio.wait_for(flight.scene.over.wait(), self.stage.gates.patience)

    async def _settle(self) -> None:
        """Wait until nothing is in flight behind the target; what stays longer is cut off."""
        stage = self.stage
        end = stage.clock() + stage.gates.patience
        while stage.behind.busy or stage.taps.in_flight():
            if not await stage.taps.moved(end - stage.clock()):
                stage.behind.drop_busy()
                stage.taps.sever("egress", "egress_2")
                return


async def _run(asking: Asking) -> tuple[str, ...]:
    await asking.run()
    return ()
