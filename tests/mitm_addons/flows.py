"""Flows without sockets, and addons that read their options."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from mitmproxy import http
from mitmproxy.options import Options
from mitmproxy.test import taddons, tflow

Pairs = tuple[tuple[bytes, bytes], ...]

REQUEST: Pairs = (
    (b"Host", b"upstream.invalid"),
    (b"user-AGENT", b"Mozilla/5.0"),
    (b"X-Trace", b"one"),
    (b"Accept", b"text/event-stream"),
    (b"x-trace", b"two"),
)
RESPONSE: Pairs = (
    (b"Content-Type", b"text/event-stream"),
    (b"Set-Cookie", b"a=1"),
    (b"x-STREAMING-session-id", b"stream-1-a"),
    (b"set-cookie", b"b=2"),
)


def a_flow(
    request: Pairs = REQUEST,
    response: Pairs | None = RESPONSE,
    method: bytes = b"POST",
    version: bytes = b"HTTP/1.1",
    status: int = 200,
) -> http.HTTPFlow:
    """Give a flow whose response head, if any, has just arrived."""
    asked = http.Request(
        "127.0.0.1", 9000, method, b"http", b"", b"/s", version, request, None, None, 0.0, None
    )
    answered = response and http.Response(
        b"HTTP/1.1", status, b"", http.Headers(response), None, None, 0.0, None
    )
    return tflow.tflow(req=asked, resp=answered or False)


def response_of(flow: http.HTTPFlow) -> http.Response:
    assert flow.response is not None
    return flow.response


def streamed(flow: http.HTTPFlow, chunks: Iterable[bytes]) -> list[bytes]:
    """Send chunks and the end of the body as mitmproxy would; give what goes out for each."""
    step = response_of(flow).stream
    assert not isinstance(step, bool)
    return [b"".join(_sent(step(chunk))) for chunk in (*chunks, b"")]


def _sent(given: bytes | Iterable[bytes]) -> list[bytes]:
    sent = [given] if isinstance(given, bytes) else list(given)
    assert b"" not in sent, "mitmproxy would write an empty chunk as the last chunk"
    return sent


@contextmanager
def standing_alone(addon: object, **options: object) -> Iterator[None]:
    """Load and configure the addon as mitmproxy does."""
    context = taddons.context(addon)
    with closing(context.master.event_loop):
        context.configure(addon, **options)
        yield


def options_of(addon: object) -> set[str]:
    """Name the options that the addon adds to mitmproxy's."""
    context = taddons.context(addon, loadcore=False)
    with closing(context.master.event_loop):
        return set(context.options.keys()) - set(Options().keys())
