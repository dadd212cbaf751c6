"""Send a header field under another name, as a hop does that maps headers to its own scheme.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/rename_header.py --set rename_header=X-Request-Id:X-Correlation-Id

Seen: request ids and rate limits that never arrive under their names (api7/aisix#318).
"""

from collections.abc import Iterator

from mitmproxy import addonmanager, ctx, exceptions, http

from mitm_addons.fields import SIDES, Field, Fields, Side, raw, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

SESSION: dict[str, object] = {"old": "X-Streaming-Session-Id", "on": "response"}

FAULTS: dict[str, dict[str, object]] = {
    "rename_header": {"old": "X-Request-Id", "new": "X-Correlation-Id", "on": "response"},
    "damage_session_header_rename": {**SESSION, "new": "X-Stream-Id"},
    "damage_session_header_rename_x_stream_id": {**SESSION, "new": "x-stream-id"},
    "damage_session_header_rename_streaming_session_id": {**SESSION, "new": "streaming-session-id"},
    "damage_session_header_rename_x_session_id": {**SESSION, "new": "X-Session-Id"},
    "damage_session_header_rename_mcp_session_id": {**SESSION, "new": "Mcp-Session-Id"},
}
AT_RISK: tuple[str, ...] = (
    "headers.request_forwarded",
    "headers.response_forwarded",
    "session.id_survives",
    "session.id_not_invented",
)


class RenameHeader:
    """old, new: header names; without them the options say what to do. on: which side."""

    def __init__(
        self, old: str | None = None, new: str | None = None, on: Side = "request"
    ) -> None:
        require("on", on, SIDES)
        if (old is None) != (new is None):
            raise ValueError("rename_header needs both names, old and new, or none")
        self.alone = old is None
        self.old, self.new = raw(old or ""), raw(new or "")
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("rename_header", str, "", "The two names, as `Old:New`.")
        loader.add_option("rename_header_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.old, self.new = _parsed(ctx.options.rename_header or ":")
            self.on = ctx.options.rename_header_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterator[Field]:
        for name, value in fields:
            yield (self.new if name.lower() == self.old.lower() else name), value


def _parsed(pair: str) -> tuple[bytes, bytes]:
    old, colon, new = (raw(part.strip()) for part in pair.partition(":"))
    if not colon or bool(old) != bool(new):
        raise exceptions.OptionsError(f"rename_header takes `Old:New`, not {pair!r}")
    return old, new


addons = [RenameHeader()]
