"""What the upstream plays for one client request: replies, edge, captcha provider."""

import json
from dataclasses import dataclass, field

from contracts.message import Message
from contracts.record import Ruling
from fakes import arena
from fakes.edge import Edge
from fakes.gates import Gates
from fakes.script import Reply, error


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

    def reply_to(self, request: Message) -> Reply:
        """The edge's refusal, the dialect's refusal, or the next reply; the last one repeats."""
        refusal = self.edge.judge(request)
        self._note(refusal.rule if refusal else "", refusal.reply.status if refusal else 0)
        if refusal:
            return refusal.reply
        if self.dialect == "arena" and (wrong := arena.refuse(request, self.used_ids)):
            return wrong
        number = min(self.taken, len(self.replies) - 1)
        self.taken += 1
        return self.replies[number]

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
