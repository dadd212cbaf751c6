"""Send header fields in another order, as hops do that keep headers in a map.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/reorder_headers.py --set reorder_headers=reversed

The order of fields with different names means nothing, that of fields with the same name does
(RFC 9110 5.3). This hop keeps the second: what breaks behind it relied on the first.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import SIDES, Field, Fields, Side, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

Order = Literal["reversed", "sorted", "rotated"]

ORDERS: Mapping[str, Callable[[Fields], Iterable[Field]]] = {
    "reversed": reversed,
    "sorted": lambda fields: sorted(fields, key=lambda field: field[0].lower()),
    "rotated": lambda fields: (*fields[1:], *fields[:1]),
}
FAULTS: dict[str, dict[str, object]] = {
    "reorder_headers": {"order": "reversed"},
    "reorder_headers_sorted": {"order": "sorted"},
    "reorder_headers_response": {"order": "reversed", "on": "response"},
}
AT_RISK: tuple[str, ...] = (
    "headers.request_forwarded",
    "headers.response_forwarded",
    "headers.repeated_fields_separate",
    "headers.hop_by_hop_removed",
)


class ReorderHeaders:
    """order: reversed, sorted (by name) or rotated (the first goes last); without it the options
    say what to do. on: which side. Fields of one name keep their order among themselves.
    """

    def __init__(self, order: Order | None = None, on: Side = "request") -> None:
        require("on", on, SIDES)
        require("order", order or "reversed", ORDERS)
        self.alone = order is None
        self.order: Order = order or "reversed"
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("reorder_headers", str, "reversed", "Order of fields.", tuple(ORDERS))
        loader.add_option("reorder_headers_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.order = ctx.options.reorder_headers
            self.on = ctx.options.reorder_headers_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterable[Field]:
        waiting: dict[bytes, deque[Field]] = defaultdict(deque)
        for field in fields:
            waiting[field[0].lower()].append(field)
        return [waiting[name.lower()].popleft() for name, _ in ORDERS[self.order](fields)]


addons = [ReorderHeaders()]
