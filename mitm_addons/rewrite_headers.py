"""Replace header values, as a hop does that puts its own library's name on every request.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/rewrite_headers.py --set "rewrite_headers=User-Agent: python-httpx/0.28.1"

Seen: the same request is answered with curl's User-Agent and refused with the library's
(NousResearch/hermes-agent#24293); Accept set to application/json is answered 406
(tadata-org/fastapi_mcp#266); a session id on a request that was sent without one
(agentgateway/agentgateway#1985).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mitmproxy import addonmanager, ctx, exceptions, http

from mitm_addons.fields import SIDES, Field, Fields, Side, raw, require, rewrite_fields
from mitm_addons.streaming import keep_streaming

FOREIGN_ID = "stream-1700000000000-0f0f0f0f"

FAULTS: dict[str, dict[str, object]] = {
    "rewrite_headers": {"set": {"User-Agent": "python-httpx/0.28.1", "Accept": "*/*"}},
    "rewrite_user_agent": {"set": {"User-Agent": "python-httpx/0.28.1"}},
    "rewrite_accept": {"set": {"Accept": "*/*"}},
    "damage_session_header_swap": {"set": {"X-Streaming-Session-Id": FOREIGN_ID}, "on": "response"},
    "damage_session_header_on_request": {"set": {"X-Streaming-Session-Id": FOREIGN_ID}},
}
AT_RISK: tuple[str, ...] = (
    "identity.user_agent",
    "identity.accept",
    "headers.request_forwarded",
    "session.id_not_invented",
    "session.id_stays_on_its_leg",
)


class RewriteHeaders:
    """set: name to value; without it the options say what to do. on: which side.

    The first field of a name gets the value, its repeats go; a name that is missing is added last.
    """

    def __init__(self, set: Mapping[str, str] | None = None, on: Side = "request") -> None:
        require("on", on, SIDES)
        self.alone = set is None
        self.set = {raw(name): raw(value) for name, value in (set or {}).items()}
        self.on = on

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("rewrite_headers", Sequence[str], [], "Fields to set, as `Name: value`.")
        loader.add_option("rewrite_headers_on", str, "request", "Side to change.", SIDES)

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.set = dict(map(_parsed, ctx.options.rewrite_headers))
            self.on = ctx.options.rewrite_headers_on

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.on == "request":
            rewrite_fields(flow.request, self.changed)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = keep_streaming(flow)
        if self.on == "response":
            rewrite_fields(response, self.changed)

    def changed(self, fields: Fields) -> Iterator[Field]:
        values = {name.lower(): value for name, value in self.set.items()}
        done: list[bytes] = []
        for name, value in fields:
            if name.lower() not in values:
                yield name, value
            elif name.lower() not in done:
                done.append(name.lower())
                yield name, values[name.lower()]
        yield from _missing(self.set, done)


def _missing(wanted: Mapping[bytes, bytes], done: Sequence[bytes]) -> Iterable[Field]:
    return ((name, value) for name, value in wanted.items() if name.lower() not in done)


def _parsed(line: str) -> Field:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise exceptions.OptionsError(f"rewrite_headers takes `Name: value`, not {line!r}")
    return raw(name.strip()), raw(value.strip())


addons = [RewriteHeaders()]
