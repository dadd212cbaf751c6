"""Hold the response until it is complete, as a hop with buffering on does.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/buffer_stream.py

Seen: events arrive late or all at the end (nginx/nginx#1505, basecamp/kamal-proxy#54).
"""

from mitmproxy import http

from mitm_addons.streaming import hold

FAULTS: dict[str, dict[str, object]] = {"buffer_stream": {}}
AT_RISK: tuple[str, ...] = (
    "timing.events_not_held",
    "timing.head_before_first_event",
    "headers.stream_not_cacheable",
)


class BufferStream:
    """It has nothing to set. An endless stream never arrives, and a cut one becomes a 502."""

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        hold(flow)


addons = [BufferStream()]
