"""Write a header value in another way, as a hop does that takes a value for a name or a list.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/rewrite_values.py --set rewrite_values=X-Request-Id

The name stays as it came. Seen: a session id joined to "S, S" and answered 404 when it is sent back
(bcurts/agentchattr#80); ids with and without a blank that name one session (vaaraio/vaara#172).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, lowered, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

Style = Literal["upper", "lower", "quote", "pad", "join"]

SESSION: dict[str, object] = {"names": ["X-Streaming-Session-Id"], "on": "response"}


def _pad(value: bytes) -> bytes:
    middle = len(value) // 2
    return value[:middle] + b" " + value[middle:]


STYLES: Mapping[str, Callable[[bytes], bytes]] = {
    "upper": bytes.upper,
    "lower": bytes.lower,
    "quote": lambda value: b'"' + value + b'"',
    "pad": _pad,
    "join": lambda value: value + b", " + value,
}
FAULTS: dict[str, dict[str, object]] = {
    "damage_session_header_recase_value": {**SESSION, "style": "upper"},
    "damage_session_header_quote": {**SESSION, "style": "quote"},
    "damage_session_header_pad": {**SESSION, "style": "pad"},
    "damage_session_header_join": {**SESSION, "style": "join"},
}
AT_RISK: tuple[str, ...] = (
    "headers.request_forwarded",
    "headers.response_forwarded",
    "session.id_survives",
    "session.id_not_invented",
)


class RewriteValues:
    """names: header names, any case; without them the options say what to do. on: which side.

    style: upper, lower, quote (in double quotes), pad (a blank in the middle: blanks around a value
    mean nothing) or join (twice in one field, as a list).
    """

    def __init__(
        self,
        names: str | Sequence[str] | None = None,
        style: Style = "upper",
        on: Side = "request",
    ) -> None:
        require("on", on, SIDES)
        require("style", style, STYLES)
        self.alone = names is None
        self.names = lowered(names or ())
        self.style: Style = style
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        styles = tuple(STYLES)
        loader.add_option("rewrite_values", Sequence[str], [], "Names of fields to change.")
        loader.add_option("rewrite_values_style", str, "upper", "What becomes of them.", styles)
        loader.add_option("rewrite_values_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.names = lowered(ctx.options.rewrite_values)
            self.style = ctx.options.rewrite_values_style
            self.on = ctx.options.rewrite_values_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterator[Field]:
        for name, value in fields:
            yield name, STYLES[self.style](value) if name.lower() in self.names else value


addons = [RewriteValues()]
