"""Leave behind fields that were meant for one hop only, as a sloppy hop does.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/hop_by_hop.py --set hop_by_hop=hop-canary

A proxy removes the fields that Connection names, and these: Connection, Keep-Alive,
Proxy-Connection, TE, Transfer-Encoding, Upgrade (RFC 9110 7.6.1). Seen: upstreams that get
Keep-Alive and TE (cloudflare/pingora#734), clients that get the upstream's Connection
(http-party/node-http-proxy#1488), ERR_HTTP2_PROTOCOL_ERROR after 200 (nestjs/nest#17588).
"""

from collections.abc import Iterator

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Side, raw, require
from mitm_addons.streaming import keep_streaming

FAULTS: dict[str, dict[str, object]] = {
    "hop_by_hop": {"on": "request"},
    "hop_by_hop_response": {"on": "response"},
}
AT_RISK: tuple[str, ...] = (
    "headers.hop_by_hop_removed",
    "headers.request_forwarded",
    "headers.response_forwarded",
)
NOMINATED = "X-Hop-Canary"


class HopByHop:
    """on: which side gets the fields. canary: a token to look for behind the next proxy.

    The fields are added; what the message says about its own connection stays in force: no
    keep-alive where it says close, or where HTTP/1.0 would have closed.
    """

    def __init__(self, on: Side | None = None, canary: str | None = None) -> None:
        require("on", on or "request", SIDES)
        self.alone = on is None and canary is None
        self.on: Side = on or "request"
        self.canary = canary or "hop-canary"

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("hop_by_hop", str, "hop-canary", "Token to look for behind the proxy.")
        loader.add_option("hop_by_hop_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.canary = ctx.options.hop_by_hop
            self.on = ctx.options.hop_by_hop_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            self.add(flow.request)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            self.add(response)

    def add(self, message: http.Message) -> None:
        message.headers.fields = (*message.headers.fields, *self.left_behind(message))

    def left_behind(self, message: http.Message) -> Iterator[Field]:
        persists = ["keep-alive"] if _persists(message) else []
        yield b"Connection", raw(", ".join([*persists, NOMINATED]))
        yield raw(NOMINATED), raw(self.canary)
        if persists:
            yield b"Keep-Alive", raw(f"timeout=60, canary={self.canary}")
            yield b"Proxy-Connection", b"keep-alive"
        yield b"TE", raw(f"trailers, {self.canary};q=0.1")


def _persists(message: http.Message) -> bool:
    tokens = ",".join(message.headers.get_all("connection")).lower().split(",")
    options = [token.strip() for token in tokens]
    return "close" not in options and (
        message.http_version != "HTTP/1.0" or "keep-alive" in options
    )


addons = [HopByHop()]
