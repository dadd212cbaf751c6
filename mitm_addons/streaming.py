"""Keep a stream a stream while a fault works on it, or answer in the upstream's place.

mitmproxy collects a whole response before it passes it on unless `response.stream` is set when
the head arrives. A fault about headers would so become a fault about timing as well. Every addon
here therefore lets the body pass, except `buffer_stream`, whose fault is the holding.

An empty chunk handed to mitmproxy is written as the last chunk of a chunked body and ends the
response early. So body steps yield no empty bytes.
"""

from collections.abc import Callable, Iterable

from mitmproxy import http

Step = Callable[[bytes], bytes]
"""Takes the next bytes of a body, `b""` at its end; gives what is to be sent now, if anything."""

HELD = "proxytrial.held"


def keep_streaming(flow: http.HTTPFlow) -> http.Response:
    """Let the response body pass as it comes, unless something decided about it already."""
    response = _response(flow)
    if not response.stream and not flow.metadata.get(HELD):
        response.stream = True
    return response


def hold(flow: http.HTTPFlow) -> None:
    """Keep the response back until it is complete, also when another fault rewrites its body."""
    flow.metadata[HELD] = True
    response = _response(flow)
    if callable(response.stream):
        response.stream = _after(response.stream, _collector())
    else:
        response.stream = False


def rewrite_body(flow: http.HTTPFlow, step: Step) -> None:
    """Send the response body through `step`, behind whatever already works on it."""
    response = _response(flow)
    if response.raw_content is not None:
        response.raw_content = step(response.raw_content) + step(b"")
    elif callable(response.stream):
        response.stream = _after(response.stream, step)
    elif flow.metadata.get(HELD):
        response.stream = _after(_collector(), step)
    else:
        response.stream = _after(lambda data: data, step)


def answer_instead(flow: http.HTTPFlow, response: http.Response) -> None:
    """Answer in the upstream's place; call it when the request head arrives.

    mitmproxy cannot stream a request that it answers itself, so the request body is read first.
    """
    if flow.request.method.upper() == "HEAD":
        response.raw_content = b""
    flow.request.stream = False
    flow.response = response


def _response(flow: http.HTTPFlow) -> http.Response:
    if flow.response is None:
        raise ValueError("this belongs into responseheaders: the flow has no response yet")
    return flow.response


def _collector() -> Step:
    """Give nothing until the end, then everything."""
    kept = bytearray()

    def step(data: bytes) -> bytes:
        kept.extend(data)
        return b"" if data else bytes(kept)

    return step


def _after(
    first: Callable[[bytes], bytes | Iterable[bytes]], step: Step
) -> Callable[[bytes], list[bytes]]:
    def both(data: bytes) -> list[bytes]:
        passed = first(data)
        chunks = [passed] if isinstance(passed, bytes) else list(passed)
        sent = [step(chunk) for chunk in chunks if chunk]
        if not data:
            sent.append(step(b""))
        return [chunk for chunk in sent if chunk]

    return both
