"""Set-Cookie fields stay separate and in order; other repeated fields keep their values and order.

Those may be separate or combined as a list with commas; Cookie lines are joined with `; `, never
with `, `. Names match in any case. Cookies that the proxy adds itself are no violation.

Basis: RFC 9110 5.3; RFC 6265 3, 5.4.
Broken in: stoplightio/prism#2676 (one cookie left), wanghongenpin/proxypin#901,
mitmproxy/mitmproxy#7423 (merged), mitre/HTTP-Proxy-Servlet#65 (names' case),
Starcounter/Home#178.
"""

from collections.abc import Iterator, Sequence

from contracts.answers import answers
from contracts.fields import end_to_end, same
from contracts.message import Message
from contracts.needs import cookies
from contracts.testing import call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    needs=(Need("a repeated field to hand on", lambda trace: any(_repeated(trace))),),
    after=("headers.response_forwarded",),
)
def repeated_fields_separate(trace: Trace) -> Iterator[Finding]:
    for name, came, went in _repeated(trace):
        if not _kept(name, came, went, trace.bridge):
            yield Finding(went, came.values(name), went.values(name), header=name)


def _repeated(trace: Trace) -> Iterator[tuple[str, Message, Message]]:
    for came, went in _crossings(trace):
        for name in ("set-cookie", *end_to_end(came)):
            if len(came.values(name)) > 1:
                yield name, came, went


def _crossings(trace: Trace) -> Iterator[tuple[Message, Message]]:
    for one in trace.chats():
        if one.ingress and not trace.bridge:
            yield from ((one.ingress.request, a.egress.request) for a in one.attempts)
    yield from ((came, went) for _, came, went in answers(trace) if came.status == went.status)


def _kept(name: str, came: Message, went: Message, bridge: bool) -> bool:
    before, after = came.values(name), went.values(name)
    if name == "cookie":
        return cookies(came) == cookies(went)
    if bridge and not after:
        return True
    if name != "set-cookie":
        return same(before, after)
    kept = [value for value in after if value in before]
    return not any(_merged(value, before) for value in after) and (bridge or kept == list(before))


def _merged(value: str, before: Sequence[str]) -> bool:
    return value not in before and sum(one in value for one in before) > 1


_SET = [("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"), ("set-cookie", "b=2")]
_LISTED = [("X-List", "1"), ("X-List", "2")]
_CAME = (sent({"Cookie": "a=1; b=2", "x-list": "1, 2"}), got(200, [*_SET, *_LISTED]))
_ASKS = sent([("Cookie", "a=1"), ("Cookie", "b=2"), *_LISTED])
_KEPT = got(200, [*_SET, ("X-List", "1, 2")])
_ONE = got(200, {"Set-Cookie": ", ".join(value for _, value in _SET)})
HOLDS = trial(call(_CAME, asks=_ASKS, gets=_KEPT), dialect="transparent")
HOLDS_WITHOUT = trial(call(_CAME))
BREAKS = trial(call((sent(), got(200, _SET)), gets=_ONE), dialect="transparent")
BREAKS_BRIDGE = trial(call((sent(), got(200, _SET)), gets=_ONE))
BREAKS_COOKIE = trial(
    call(sent({"Cookie": "a=1, b=2", "X-List": "1, 2"}), asks=_ASKS), dialect="transparent"
)
