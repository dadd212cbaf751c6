"""Play the steps of a case: set the scene behind the target, ask in front of it, let it settle."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from contracts.record import Ask, Ruling
from fakes import client as clients
from fakes.clock import Clock
from fakes.edge import Edge
from fakes.gates import HEAD, Gates
from fakes.scene import Scene
from fakes.upstream import Upstream
from harness.case import Case, Step
from harness.relay import Address
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
    upstream: Upstream
    gates: Gates
    clock: Clock
    elsewhere: str
    rulings: list[Ruling] = field(default_factory=list)


async def play(case: Case, stage: Stage, after_each: Callable[[int], Awaitable[None]]) -> list[Ask]:
    """Play every step; `after_each` is told how many have been asked."""
    asks: list[Ask] = []
    edge, used_ids = Edge(case.steps[0].edge), set[str]()
    entry = stage.taps.entry("client" if case.leg("client leg") else "ingress")
    for number, step in enumerate(case.steps):
        edge.policy, edge.stream = step.edge, step.stream
        nonce = f"{case.id[:6]}{number:02x}"
        stage.gates.seen.discard(HEAD)
        stage.upstream.scene = _scene(step, stage, edge, nonce, used_ids)
        asks.append(await _ask(step, stage, entry, nonce))
        await _settle(stage)
        await after_each(number + 1)
    return asks


def _scene(step: Step, stage: Stage, edge: Edge, nonce: str, used_ids: set[str]) -> Scene:
    return Scene(
        dialect=stage.dialect,
        replies=step.replies,
        stream=step.stream,
        edge=edge,
        gates=stage.gates,
        nonce=nonce,
        captcha=step.captcha,
        elsewhere=stage.elsewhere,
        used_ids=used_ids,
        rulings=stage.rulings,
    )


async def _ask(step: Step, stage: Stage, entry: Address, nonce: str) -> Ask:
    limit = max(SHORTEST_LIMIT, 10 * stage.gates.patience)
    headers, path, body = render(step, stage.client, entry, nonce)
    ask = Ask(step.stream, step.intent, step.stream_flag)
    if step.client == "typical":
        url = f"http://{entry[0]}:{entry[1]}{path}"
        work = asyncio.to_thread(clients.ask_typically, url, headers, body, limit)
        return replace(ask, seen=await work)
    wire = clients.request_bytes(step.method, path, headers, body)
    ended = await clients.ask_exactly(entry, wire, step.method, limit)
    return ask if ended else replace(ask, gave_up=stage.clock())


async def _settle(stage: Stage) -> None:
    """Wait until nothing is in flight behind the target; what stays longer is cut off."""
    end = stage.clock() + stage.gates.patience
    while stage.upstream.busy or stage.taps.in_flight():
        if not await stage.taps.moved(end - stage.clock()):
            stage.upstream.drop_busy()
            stage.taps.sever("egress")
            return
