"""What the upstream plays for one client request: replies, edge, captcha provider."""

import asyncio
import json
import re
from dataclasses import dataclass, field

from contracts.message import Message
from contracts.record import Ruling
from fakes import arena
from fakes.edge import Edge
from fakes.gates import Gates
from fakes.script import Reply, error

NONCE = re.compile(rb"(?<![~0-9a-f])[0-9a-f]{8,12}(?![0-9a-f])")


class Holding:
    """Where an upstream's script stands still, until the case lets it go on."""

    def __init__(self) -> None:
        self.reached, self._free = asyncio.Event(), asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self._free.wait()
        self._free.clear()

    def release(self) -> None:
        self.reached.clear()
        self._free.set()


@dataclass(slots=True)
class Scene:
    """What the upstream plays for one client request."""

    dialect: str
    replies: tuple[Reply, ...]
    stream: bool
    edge: Edge
    gates: Gates
    nonce: str
    captcha: str = "fresh"
    elsewhere: str = ""
    used_ids: set[str] = field(default_factory=set)
    taken: int = 0
    tokens: int = 0
    rulings: list[Ruling] = field(default_factory=list)
    hold: Holding = field(default_factory=Holding)
    said: str = ""  # the marker of the last piece of content
    over: asyncio.Event = field(default_factory=asyncio.Event)  # a reply of it is done with

    def reply_to(self, request: Message) -> Reply:
        """The edge's refusal, the dialect's refusal, or the next reply; the last one repeats."""
        refusal = self.edge.judge(request)
        self._note(refusal.rule if refusal else "", refusal.reply.status if refusal else 0)
        if refusal:
            return refusal.reply
        if self.dialect == "arena" and (wrong := arena.refuse(request, self.used_ids)):
            return wrong
        return self.next_reply()

    def next_reply(self) -> Reply:
        number = min(self.taken, len(self.replies) - 1)
        self.taken += 1
        return self.replies[number]

    def marker(self, number: int) -> str:
        """What marks action `number` of the reply that was taken last."""
        return f"~{self.nonce}{self.taken:02x}-{number}~"

    def captcha_token(self) -> Reply | None:
        """A fresh token, a refusal, or None: no answer at all."""
        if self.captcha == "hangs":
            return None
        if self.captcha == "none":
            return error(503, json.dumps({"error": "no token to be had"}))
        self.tokens += 1
        return error(200, json.dumps({"token": f"captcha-{self.nonce}-{self.tokens}"}))

    def _note(self, rule: str, status: int) -> None:
        self.rulings.append(Ruling(self.gates.clock(), rule, status))


@dataclass(slots=True)
class Scenes:
    """The scenes of a run: that of a request is told by the nonce in its body, or is the latest."""

    latest: Scene | None = None
    _by_nonce: dict[bytes, Scene] = field(default_factory=dict)

    def clear(self) -> None:
        self._by_nonce.clear()

    def begin(self, scene: Scene) -> None:
        self.latest = scene
        self._by_nonce[scene.nonce.encode()] = scene

    def of(self, body: bytes) -> Scene | None:
        found = (self._by_nonce.get(word) for word in NONCE.findall(body))
        return next((scene for scene in found if scene), self.latest)
