"""One reply played on one connection, byte for byte: head, pieces, gates, cuts."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from contracts.fields import elements
from contracts.http1 import BODILESS
from contracts.message import Message
from contracts.needs import account, bare
from fakes.coding import encoder, offered
from fakes.dialects import WRITERS, completion
from fakes.gates import HEAD
from fakes.scene import Scene
from fakes.script import Action, Coding, Cut, Finish, HeadGate, Hold, Raw, Reply, Reset, Say, Stall
from fakes.sockets import reset

CHUNKED = "Transfer-Encoding: chunked"
WORDLESS = HeadGate | Stall | Hold | Cut | Reset  # actions that put nothing into the body


class Performance:
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
        return gated or any(isinstance(one, WORDLESS) for one in acts)

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
        if isinstance(action, WORDLESS):
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
            case Hold():
                return await self._hold()
            case Cut(after):
                await self._piece(forms[number + 1][:after])
                return False
            case Reset():
                reset(self.writer)
                return False
            case _:
                await self._piece(forms[number])
                if isinstance(action, Say) and self.scene:
                    self.scene.said = self._marker(number)
                if isinstance(action, Say) and action.gated:
                    await self._gate(self._marker(number))
        return True

    async def _hold(self) -> bool:
        """Wait for the release; False: the peer has left."""
        if self.scene is None:
            return True
        waits = [asyncio.ensure_future(w) for w in (self.scene.hold.wait(), self.gone.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        return not self.gone.is_set()

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
