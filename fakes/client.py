"""Two clients: one that sends exactly the bytes it is given, and the typical one.

The exact client keeps header case, order and repeats. The typical client is requests with
sseclient-py, fed in reads as they come (its own 128-byte blocks would hold small events); what it
delivers is observed, never judged, since no SSE library follows the standard to the letter.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress

import requests
import sseclient
from urllib3.exceptions import HTTPError

from contracts.http1 import Reader
from contracts.message import Message
from fakes.sockets import reset

Pairs = Sequence[tuple[str, str]]


def request_bytes(method: str, path: str, headers: Pairs, body: bytes) -> bytes:
    """The request as it goes on the wire; nothing is added."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


class Asking:
    """One request of the exact client: in flight until its answer has ended, or the client leaves.

    `answer` is what came so far; None: not even a head, which `head` tells of.
    """

    def __init__(self, address: tuple[str, int], request: bytes, method: str) -> None:
        self._address, self._request = address, request
        self._parser = Reader("client", [method])
        self._writer: asyncio.StreamWriter | None = None
        self.head = asyncio.Event()

    async def run(self) -> None:
        """Send the bytes and read one answer to its end; a connection that breaks is an end."""
        with suppress(OSError):
            reader, self._writer = await asyncio.open_connection(*self._address)
            try:
                self._writer.write(self._request)
                await self._read(reader)
            finally:
                self._writer.close()
                await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65536):
            ended = self._parser.feed(0, data)
            if not self.head.is_set() and self.answer:
                self.head.set()
            if ended:
                return

    def leave(self, *, abruptly: bool = False) -> None:
        """Close the connection with FIN, or with RST."""
        if self._writer and abruptly:
            reset(self._writer)
        elif self._writer:
            self._writer.close()

    @property
    def answer(self) -> Message | None:
        return next(iter(self._parser.messages), None) or self._parser.pending()


def ask_typically(url: str, headers: Pairs, body: bytes, limit: float) -> tuple[str, ...]:
    """What requests and sseclient-py make of the stream: `type: data` for each event.

    An exception ends it: its name comes last.
    """
    with requests.Session() as session:
        session.trust_env = False
        seen: list[str] = []
        try:
            answer = session.post(url, data=body, headers=dict(headers), stream=True, timeout=limit)
            if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):
                return (f"HTTP {answer.status_code}: {answer.text[:200]}",)
            for event in sseclient.SSEClient(_reads(answer)).events():
                seen.append(f"{event.event}: {event.data}")
        except (requests.RequestException, HTTPError, UnicodeDecodeError) as error:
            seen.append(type(error).__name__)
        return tuple(seen)


def _reads(answer: requests.Response) -> Iterator[bytes]:
    while data := answer.raw.read1(65536, decode_content=True):
        yield data
