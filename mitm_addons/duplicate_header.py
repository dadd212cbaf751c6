"""Send a header field twice, as two hops do that both believe it is theirs to add.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/duplicate_header.py --set duplicate_header=User-Agent

Seen: a session id sent twice, joined to "S, S" by clients and answered 404 when they echo it
(bcurts/agentchattr#80); two Access-Control-Allow-Origin fields, which no browser accepts
(mostlygeek/llama-swap#1133).
"""

from collections.abc import Iterable

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, raw, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

FAULTS: dict[str, dict[str, object]] = {
    "duplicate_header": {"name": "User-Agent", "value": "python-httpx/0.28.1"},
    "damage_session_header_repeat": {"name": "X-Streaming-Session-Id", "on": "response"},
    "double_cors": {"name": "Access-Control-Allow-Origin", "on": "response"},
}
AT_RISK: tuple[str, ...] = (
    "identity.user_agent",
    "headers.repeated_fields_separate",
    "session.id_survives",
    "cors.single_origin",
)


class DuplicateHeader:
    """name: the field to send twice; without it the options say what to do.

    value: what the second one says; without it the same. on: which side. The second field comes
    right after the last one of that name; a name that is missing stays missing.
    """

    def __init__(
        self, name: str | None = None, value: str | None = None, on: Side = "request"
    ) -> None:
        require("on", on, SIDES)
        self.alone = name is None
        self.name = raw(name or "")
        self.value = None if value is None else raw(value)
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("duplicate_header", str, "", "Name of the field to send twice.")
        loader.add_option(
            "duplicate_header_value", str, "", "What the second one says; empty: the same."
        )
        loader.add_option("duplicate_header_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.name = raw(ctx.options.duplicate_header)
            self.value = raw(ctx.options.duplicate_header_value) or None
            self.on = ctx.options.duplicate_header_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterable[Field]:
        found = [at for at, (name, _) in enumerate(fields) if name.lower() == self.name.lower()]
        if not found:
            return fields
        name, value = fields[found[-1]]
        second = name, value if self.value is None else self.value
        return (*fields[: found[-1] + 1], second, *fields[found[-1] + 1 :])


addons = [DuplicateHeader()]
