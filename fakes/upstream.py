"""The byte-exact upstream: it reads requests as they are and answers what the scene's script says.

It speaks raw bytes so that it can see header case, order and repeats and send anything, broken
framing included. Patience lives here: a gated piece waits until its marker has passed the ingress
tap, and the client never times out because of it.
"""

import asyncio
import json
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from contracts.fields import elements
from contracts.http1 import BODILESS, Message, Reader
from contracts.needs import account, bare
from contracts.trace import Gate, Ruling
from fakes import arena
from fakes.clock import Clock
from fakes.coding import encoder, offered
from fakes.dialects import WRITERS, completion
from fakes.edge import Edge
from fakes.identities import CAPTCHA_PATH
from fakes.script import (
    Action,
    Coding,
    Cut,
    Finish,
    HeadGate,
    Raw,
    Reply,
    Reset,
    Say,
    Stall,
    error,
)

HEAD = "head"
CHUNKED = "Transfer-Encoding: chunked"


class Gates:
    """What has passed the ingress tap, and who waits for it. Used on the chain's loop only."""

    def __init__(self, patience: float, clock: Clock) -> None:
        self.patience, self.clock = patience, clock
        self.seen: set[str] = set()
        self.log: list[Gate] = []
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def open(self, marker: str) -> None:
        self.seen.add(marker)
        waiting = self._waiting.pop(marker, None)
        if waiting and not waiting.done():
            waiting.set_result(None)

    async def wait(self, marker: str) -> None:
        """Wait for the marker, at most `patience` seconds; after one miss nobody waits again."""
        waited = self.clock()
        if marker in self.seen:
            self.log.append(Gate(marker, waited, opened=waited))
            return
        if any(gate.missed is not None for gate in self.log):
            return
        self._waiting[marker] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(self._waiting[marker], self.patience)
            self.log.append(Gate(marker, waited, opened=self.clock()))
        except TimeoutError:
            self.log.append(Gate(marker, waited, missed=self.clock()))


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


class Upstream:
    """An asyncio server; `scene` is what it plays now, `busy` the connections amid an answer."""

    def __init__(self) -> None:
        self.scene: Scene | None = None
        self.busy: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until it ends; a peer that goes away is no error."""
        inbox = _Inbox()
        listening = asyncio.create_task(inbox.listen(reader))
        try:
            with suppress(OSError):
                while request := await inbox.requests.get():
                    if not await self._occupied(request, writer, inbox.gone):
                        return
        finally:
            listening.cancel()
            writer.close()

    async def _occupied(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        self.busy[writer] = asyncio.current_task()
        try:
            return await self._answer(request, writer, gone)
        finally:
            del self.busy[writer]

    async def _answer(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        """Play one reply; False: the connection is done with."""
        scene = self.scene
        reply = _choose(scene, request) if scene else error(503, "{}")
        if reply is None:
            await gone.wait()
            return False
        return await _Performance(reply, request, writer, gone, scene).play()

    def drop_busy(self) -> None:
        """Abort what is still being answered."""
        for writer, task in list(self.busy.items()):
            writer.transport.abort()
            if task:
                task.cancel()


def _choose(scene: Scene, request: Message) -> Reply | None:
    if request.method == "GET" and request.target == CAPTCHA_PATH:
        return scene.captcha_token()
    return scene.reply_to(request)


class Elsewhere(Upstream):
    """The second origin, where a redirect leads: it answers 200 and a word to everything."""

    async def _answer(
        self, request: Message, writer: asyncio.StreamWriter, gone: asyncio.Event
    ) -> bool:
        reply = error(200, json.dumps({"reached": "elsewhere"}))
        return await _Performance(reply, request, writer, gone, None).play()


class _Inbox:
    """The requests of one connection, read also while an answer goes out; None ends them."""

    def __init__(self) -> None:
        self.requests: asyncio.Queue[Message | None] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def listen(self, reader: asyncio.StreamReader) -> None:
        parser = Reader("upstream")
        with suppress(OSError):
            while data := await reader.read(65536):
                for request in parser.feed(0, data):
                    self.requests.put_nowait(request)
        self.gone.set()
        self.requests.put_nowait(None)


class _Performance:
    """One reply on one connection; `gone` is set when the peer has ended its side."""

    def __init__(
        self,
        reply: Reply,
        request: Message,
        writer: asyncio.StreamWriter,
        gone: asyncio.Event,
        scene: Scene | None,
    ) -> None:
        self.reply, self.request, self.writer, self.scene = reply, request, writer, scene
        self.gone = gone
        self.dialect = WRITERS[scene.dialect if scene else "transparent"]
        self.nonce = f"{scene.nonce}{scene.taken:02x}" if scene else "0000000"
        chosen: Coding | str = reply.coding
        if chosen == "offered":
            chosen = offered(request.value("Accept-Encoding"))
        self.coding = chosen
        self.encode, self.finish = encoder(chosen)
        self.plain = bool(
            scene and not scene.stream and scene.dialect != "arena" and reply.status == 200
        )
        self.bodiless = request.method == "HEAD" or reply.status in BODILESS
        self.framing = "length" if self.plain else _framing(reply, request)
        self.last = self.framing == "close" or _ends_connection(request)

    async def play(self) -> bool:
        """False when the connection has ended with the reply."""
        forms = self._forms()
        head = self._head(sum(map(len, forms)))
        if self.bodiless or (self.framing == "length" and not self._takes_time()):
            await self._send(head + (b"" if self.bodiless else b"".join(forms)))
            return not self.last
        await self._send(head)
        for number, action in enumerate(self.reply.body):
            if not await self._act(number, action, forms):
                return False
        await self._piece(forms[-1])
        if self.framing == "chunked":
            await self._send(b"0\r\n\r\n")
        return not self.last

    def _takes_time(self) -> bool:
        acts = self.reply.body
        gated = any(isinstance(one, Say) and one.gated and not self.plain for one in acts)
        return gated or any(isinstance(one, HeadGate | Stall | Cut | Reset) for one in acts)

    def _forms(self) -> list[bytes]:
        """What each action puts into the body, coded, and at last the end of the coding."""
        content = [self._bytes(n, action) for n, action in enumerate(self.reply.body)]
        if self.plain and any(isinstance(action, Say) for action in self.reply.body):
            content = self._plain()
        return [*(self.encode(form) if form else b"" for form in content), self.finish()]

    def _plain(self) -> list[bytes]:
        """One JSON answer, shared out among the actions that it is made of."""
        body = self.reply.body
        texts = [self._marked(n, a) for n, a in enumerate(body) if isinstance(a, Say)]
        ends = [action.reason for action in body if isinstance(action, Finish)]
        whole = completion(texts, ends[0] if ends else "stop")
        size = -(-len(whole) // (len(texts) + len(ends)))
        parts = (whole[at : at + size] for at in range(0, len(whole), size))
        return [next(parts, b"") if isinstance(a, Say | Finish) else b"" for a in body]

    def _bytes(self, number: int, action: Action) -> bytes:
        if isinstance(action, HeadGate | Stall | Cut | Reset):
            return b""
        return self.dialect.write(action, self._marked(number, action))

    def _marked(self, number: int, action: Action) -> str:
        if isinstance(action, Say):
            return f"{self._marker(number)} {action.text} "
        if isinstance(action, Raw):
            return action.text.replace("$credential", bare(account(self.request)))
        return ""

    def _marker(self, number: int) -> str:
        return f"~{self.nonce}-{number}~"

    async def _act(self, number: int, action: Action, forms: list[bytes]) -> bool:
        """Do it; False: that was the connection's end."""
        match action:
            case HeadGate():
                await self._gate(HEAD)
            case Stall(seconds):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.gone.wait(), seconds)
            case Cut(after):
                await self._piece(forms[number + 1][:after])
                return False
            case Reset():
                reset(self.writer)
                return False
            case _:
                await self._piece(forms[number])
                if isinstance(action, Say) and action.gated:
                    await self._gate(self._marker(number))
        return True

    async def _gate(self, marker: str) -> None:
        if self.scene and not self.plain:
            await self.scene.gates.wait(marker)

    async def _piece(self, data: bytes) -> None:
        if data:
            chunked = self.framing == "chunked"
            await self._send(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)

    async def _send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def _head(self, length: int) -> bytes:
        lines = [f"HTTP/1.1 {self.reply.status} {_reason(self.reply.status)}"]
        kind = self.reply.content_type or self.dialect.content_type
        if self.plain and not self.reply.content_type:
            kind = "application/json"
        lines.append(f"Content-Type: {kind}")
        lines += [f"{name}: {self._filled(value)}" for name, value in self.reply.headers]
        lines += [f"Content-Encoding: {self.coding}"] if self.coding else []
        if self.reply.status not in BODILESS:
            lines += {"length": [f"Content-Length: {length}"], "chunked": [CHUNKED]}.get(
                self.framing, []
            )
        lines += ["Connection: close"] if self.last else []
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _filled(self, value: str) -> str:
        return value.replace("$elsewhere", self.scene.elsewhere if self.scene else "")


def _framing(reply: Reply, request: Message) -> str:
    """HTTP/1.0 knows no chunks."""
    old = request.first_line.endswith("HTTP/1.0")
    return "close" if old and reply.framing == "chunked" else reply.framing


def _ends_connection(request: Message) -> bool:
    """The peer asked for the connection's end after this answer (RFC 9112 9.3, 9.6)."""
    options = [option.lower() for option in elements(request.values("Connection"))]
    old = request.first_line.endswith("HTTP/1.0")
    return "close" in options or (old and "keep-alive" not in options)


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Status"


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
