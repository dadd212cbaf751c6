"""Strip header fields, as a hop with an allow-list does.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/strip_headers.py --set strip_headers=User-Agent

Seen: requests without User-Agent get 403 from an edge (lessweb/deepcode-cli#273); a session id
that never arrives makes every next call fail (agentic-community/mcp-gateway-registry#1096).
"""

from collections.abc import Iterable, Sequence

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, lowered, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

FAULTS: dict[str, dict[str, object]] = {
    "strip_user_agent": {"names": ["User-Agent"]},
    "strip_accept": {"names": ["Accept"]},
    "damage_session_header": {"names": ["X-Streaming-Session-Id"], "on": "response"},
}
AT_RISK: tuple[str, ...] = (
    "identity.user_agent",
    "identity.accept",
    "identity.challenge_is_not_auth_error",
)


class StripHeaders:
    """names: header names, any case; without them the options say what to do. on: which side."""

    def __init__(self, names: str | Sequence[str] | None = None, on: Side = "request") -> None:
        require("on", on, SIDES)
        self.alone = names is None
        self.names = lowered(names or ())
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("strip_headers", Sequence[str], [], "Header names to remove.")
        loader.add_option("strip_headers_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.names = lowered(ctx.options.strip_headers)
            self.on = ctx.options.strip_headers_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterable[Field]:
        return (field for field in fields if field[0].lower() not in self.names)


addons = [StripHeaders()]
