"""Change the case of header names, as hops do that keep headers in a dictionary.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/recase_headers.py --set recase_headers=lower

Names are compared without case (RFC 9110 5.1), so nobody may notice. Code that looks for one
spelling does: a backend no longer finds its headers (mitre/HTTP-Proxy-Servlet#65).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, lowered, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

Style = Literal["lower", "upper", "title"]


def _title(name: bytes) -> bytes:
    return b"-".join(part.capitalize() for part in name.split(b"-"))


STYLES: Mapping[str, Callable[[bytes], bytes]] = {
    "lower": bytes.lower,
    "upper": bytes.upper,
    "title": _title,
}
SESSION: dict[str, object] = {"names": ["X-Streaming-Session-Id"], "on": "response"}

FAULTS: dict[str, dict[str, object]] = {
    "recase_headers": {"style": "lower"},
    "damage_session_header_recase": {**SESSION, "style": "upper"},
}
AT_RISK: tuple[str, ...] = (
    "identity.user_agent",
    "identity.accept",
    "headers.request_forwarded",
    "headers.response_forwarded",
    "session.id_survives",
    "session.id_not_invented",
)


class RecaseHeaders:
    """style: lower, upper or title; without it the options say what to do.

    names: only these fields; none: all. on: which side.
    """

    def __init__(
        self,
        style: Style | None = None,
        names: str | Sequence[str] = (),
        on: Side = "request",
    ) -> None:
        require("on", on, SIDES)
        require("style", style or "lower", STYLES)
        self.alone = style is None
        self.style: Style = style or "lower"
        self.names = lowered(names)
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("recase_headers", str, "lower", "Case of header names.", tuple(STYLES))
        loader.add_option("recase_headers_names", Sequence[str], [], "Only these; none: all.")
        loader.add_option("recase_headers_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.style = ctx.options.recase_headers
            self.names = lowered(ctx.options.recase_headers_names)
            self.on = ctx.options.recase_headers_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterator[Field]:
        for name, value in fields:
            meant = not self.names or name.lower() in self.names
            yield (STYLES[self.style](name) if meant else name), value


addons = [RecaseHeaders()]
