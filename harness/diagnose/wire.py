"""HTTP for a walk: requests without the environment's proxies, header fields as they came."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import requests
from urllib3.exceptions import HTTPError

from contracts.event_stream import Event, EventStream
from contracts.message import Chunk, Message, is_number
from harness.errors import TargetError

AGENT = "proxytrial-diagnose/1.0"
CONNECT = 5.0  # seconds
LONGEST_STREAM = 10  # times the limit
LONGEST_PAUSE = 65  # seconds that a Retry-After is obeyed
BROKEN = (requests.RequestException, HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class Origin:
    """A base URL, the option that names it, and what to try if nobody is there."""

    url: str
    option: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Streamed:
    """One stream to its end: the answer, its events, how long it ran (seconds), and when its head
    came and it ended (seconds of the monotonic clock).
    """

    answer: Message
    events: tuple[Event, ...] = ()
    seconds: float = 0.0
    broken: str = ""
    head_at: float = 0.0
    ended: float = 0.0


@dataclass(slots=True)
class Wire:
    """`limit` is how long a stream may be silent, `json_limit` how long any other answer (both in
    seconds), `wait` sleeps.
    """

    limit: float
    json_limit: float
    wait: Callable[[float], None]
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.http.headers.clear()
        self.http.headers.update({"User-Agent": AGENT, "Accept": "application/json"})

    def ask(
        self,
        method: str,
        origin: Origin,
        path: str,
        content: object = None,
        headers: Mapping[str, str] | None = None,
        limit: float | None = None,
    ) -> Message:
        """One request, its answer whole. Raises TargetError if nobody answers in time."""
        short = replace(self, limit=self.json_limit if limit is None else limit)
        return short.stream(method, origin, path, content, headers).answer

    def stream(
        self,
        method: str,
        origin: Origin,
        path: str,
        content: object = None,
        headers: Mapping[str, str] | None = None,
        begun: Callable[[], None] | None = None,
    ) -> Streamed:
        """One request and the events of its answer; after a 429 with Retry-After once more.

        `begun` is called at the first event. Raises TargetError if nobody answers in time.
        """
        data = None if content is None else json.dumps(content).encode()
        typed = {} if data is None else {"Content-Type": "application/json"}
        asked = (method, origin.url + path, data, typed | dict(headers or {}), begun)
        try:
            found = self._once(*asked)
            pause = found.answer.value("Retry-After")
            if found.answer.status == 429 and is_number(pause) and int(pause) <= LONGEST_PAUSE:
                self.wait(int(pause))
                found = self._once(*asked)
        except BROKEN as error:
            raise TargetError(
                f"{origin.option} {origin.url}: {_reason(error)}{origin.hint}"
            ) from None
        return found

    def _once(
        self,
        method: str,
        url: str,
        data: bytes | None,
        headers: dict[str, str],
        begun: Callable[[], None] | None,
    ) -> Streamed:
        began = time.monotonic()
        with self.http.request(
            method,
            url,
            data=data,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT, self.limit),
        ) as answer:
            head_at = time.monotonic()
            read = _read(answer, began + LONGEST_STREAM * self.limit, begun)
            ended = time.monotonic()
        return replace(read, seconds=ended - began, head_at=head_at, ended=ended)


def _read(answer: requests.Response, deadline: float, begun: Callable[[], None] | None) -> Streamed:
    reader, events, pieces, broken = EventStream(), list[Event](), list[bytes](), ""
    try:
        while data := answer.raw.read1(65536, decode_content=True):
            pieces.append(data)
            events += reader.feed(data)
            if begun and events:
                begun()
            if time.monotonic() > deadline:
                broken = "it never ended"
                break
    except BROKEN as error:
        broken = type(error).__name__
    return Streamed(_message(answer, b"".join(pieces)), tuple(events), 0.0, broken)


def _message(answer: requests.Response, body: bytes) -> Message:
    """The answer with its header pairs in raw case, order and repeats; the body is decoded."""
    pairs = tuple((str(name), str(value)) for name, value in answer.raw.headers.items())
    pairs = tuple(pair for pair in pairs if pair[0].lower() != "content-encoding")
    line = f"HTTP/1.1 {answer.status_code} {answer.reason}"
    return Message("client", line, pairs, (Chunk(0.0, body),), framing="length", ended=0.0)


def _reason(error: BaseException) -> str:
    """What a person can mend, out of the libraries' nested texts."""
    text = str(error)
    if "BadStatusLine" in text:
        return "it does not speak HTTP"
    if "RemoteDisconnected" in text or "reset by peer" in text:
        return "it closed the connection without an answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "it does not speak TLS, or its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if "refused" in text:
        return "nobody listens there; start it first, or name another address"
    if "resolve" in text or "Name or service" in text or "getaddrinfo" in text:
        return "there is no such host"
    return f"the connection failed ({type(error).__name__})"
