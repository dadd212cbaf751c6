"""Strip header fields, as a hop with an allow-list does.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/strip_headers.py --set strip_headers=User-Agent

Seen: requests without User-Agent get 403 from an edge (lessweb/deepcode-cli#273); a session id
that never arrives makes every next call fail (agentic-community/mcp-gateway-registry#1096); a
browser reads no stream without CORS fields, though preflight and errors look fine
(NousResearch/hermes-agent#73268).
"""

from collections.abc import Iterable, Sequence

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, lowered, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

CORS = [
    f"Access-Control-{name}"
    for name in (
        "Allow-Origin",
        "Allow-Credentials",
        "Allow-Methods",
        "Allow-Headers",
        "Expose-Headers",
        "Max-Age",
    )
]
FAULTS: dict[str, dict[str, object]] = {
    "strip_user_agent": {"names": ["User-Agent"]},
    "strip_accept": {"names": ["Accept"]},
    "damage_session_header": {"names": ["X-Streaming-Session-Id"], "on": "response"},
    "strip_cors": {"names": CORS, "on": "response"},
    "strip_cors_on_streams": {"names": CORS, "on": "response", "media": "text/event-stream"},
}
AT_RISK: tuple[str, ...] = (
    "identity.user_agent",
    "identity.accept",
    "identity.challenge_is_not_auth_error",
    "headers.response_forwarded",
    "session.id_survives",
    "session.id_not_invented",
    "cors.actual_response_exposes_id",
)


class StripHeaders:
    """names: header names, any case; without them the options say what to do. on: which side.

    media: only in messages of this media type, such as text/event-stream; none: in all.
    """

    def __init__(
        self, names: str | Sequence[str] | None = None, on: Side = "request", media: str = ""
    ) -> None:
        require("on", on, SIDES)
        self.alone = names is None
        self.names = lowered(names or ())
        self.on, self.media = on, media.lower()

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("strip_headers", Sequence[str], [], "Header names to remove.")
        loader.add_option("strip_headers_on", str, "request", "Side to change.", SIDES)
        loader.add_option("strip_headers_media", str, "", "Only this media type; empty: all.")

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.names = lowered(ctx.options.strip_headers)
            self.on = ctx.options.strip_headers_on
            self.media = ctx.options.strip_headers_media.lower()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request" and self.concerns(flow.request):
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response" and self.concerns(response):
            rewrite_fields(response, self.changed)

    def concerns(self, message: http.Message) -> bool:
        media = message.headers.get("content-type", "").partition(";")[0].strip().lower()
        return not self.media or media == self.media

    def changed(self, fields: Fields) -> Iterable[Field]:
        return (field for field in fields if field[0].lower() not in self.names)


addons = [StripHeaders()]
