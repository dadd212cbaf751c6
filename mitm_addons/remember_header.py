"""Serve a header value of an earlier message, as a hop does that caches or mixes up its clients.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/remember_header.py --set remember_header=X-Streaming-Session-Id

Seen: concurrent clients that get one another's session cookie (unjs/ocache#61); a stale session id
that is used for ever (modelcontextprotocol/rust-sdk#733).
"""

from collections.abc import Iterator
from typing import Literal

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, raw, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

Mode = Literal["cache", "previous"]
MODES: tuple[Mode, ...] = ("cache", "previous")

FAULTS: dict[str, dict[str, object]] = {
    "damage_session_header_cache": {"name": "X-Streaming-Session-Id", "mode": "cache"},
    "damage_session_header_swap_streams": {"name": "X-Streaming-Session-Id", "mode": "previous"},
}
AT_RISK: tuple[str, ...] = (
    "headers.request_forwarded",
    "headers.response_forwarded",
    "session.id_survives",
    "session.id_not_invented",
    "session.concurrent_streams_separate",
)


class RememberHeader:
    """name: the field; without it the options say what to do. on: which side.

    mode: cache serves the first value in every later field, previous the value of the field before
    it, so that of two streams the second gets the id of the first. The first field of all keeps its
    own value, and a missing field stays missing. The memory is that of this object.
    """

    def __init__(
        self, name: str | None = None, mode: Mode = "cache", on: Side = "response"
    ) -> None:
        require("on", on, SIDES)
        require("mode", mode, MODES)
        self.alone = name is None
        self.name = raw(name or "")
        self.mode: Mode = mode
        self.on = on
        self.kept: bytes | None = None

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("remember_header", str, "", "Name of the field.")
        loader.add_option("remember_header_mode", str, "cache", "Which value to serve.", MODES)
        loader.add_option("remember_header_on", str, "response", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.name = raw(ctx.options.remember_header)
            self.mode = ctx.options.remember_header_mode
            self.on = ctx.options.remember_header_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterator[Field]:
        for name, value in fields:
            yield name, self.remembered(value) if name.lower() == self.name.lower() else value

    def remembered(self, value: bytes) -> bytes:
        served = value if self.kept is None else self.kept
        if self.kept is None or self.mode == "previous":
            self.kept = value
        return served


addons = [RememberHeader()]
