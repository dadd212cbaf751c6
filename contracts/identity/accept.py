"""A bridge names text/event-stream (q > 0, not merely */*) in the Accept of a streaming upstream
request and one that admits JSON on a plain one; a transparent proxy forwards Accept unchanged; no
proxy itself refuses (406) a client whose Accept is only text/event-stream, only application/json,
or */*.

Basis: the streaming 403 (docs/streaming-403.md); RFC 9110 12.5.1.
Broken in: aws/agentcore-cli#1051 (streaming agents answer 406), kapitan-ai/orchard#257 (406 before
any controller), modelcontextprotocol/python-sdk#2361 (only text/event-stream gets 406),
tadata-org/fastapi_mcp#266 (only application/json gets 406), punkpeye/mcp-remote#243 (406 with own
headers)
"""

from collections.abc import Iterator

from contracts.message import Message
from contracts.needs import UPSTREAM_REQUEST
from contracts.record import Ask
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

HEADER, STREAM, JSON = "Accept", "text/event-stream", "application/json"
REFUSED_HERE = Need(
    "an upstream request, or a 406 of the target",
    lambda trace: UPSTREAM_REQUEST.met(trace) or any(_status(one) == 406 for one in trace.chats()),
)


@contract("MUST", needs=(REFUSED_HERE,))
def accept(trace: Trace) -> Iterator[Finding]:
    for one in trace.chats():
        yield from _not_acceptable(one)
        for attempt in one.attempts:
            request = attempt.egress.request
            expected = _bridged(one, request) if trace.bridge else _forwarded(one, request)
            if expected is not None:
                yield Finding(request, expected, request.values(HEADER), header=HEADER)


def _bridged(one: Exchange, request: Message) -> object | None:
    """What the Accept of a bridge's own request lacks; None: nothing."""
    if _streams(one, request):
        return None if _ranges(request).get(STREAM, 0) > 0 else f"{STREAM} with q > 0"
    return None if _admits(request, JSON) else f"a value that admits {JSON}"


def _forwarded(one: Exchange, request: Message) -> object | None:
    """The client's Accept, where this request carries another; two fields may become one."""
    asked = one.ingress.request.values(HEADER) if one.ingress else ()
    return None if _members(asked) == _members(request.values(HEADER)) else asked


def _not_acceptable(one: Exchange) -> Iterator[Finding]:
    asks = one.ingress.request if one.ingress else None
    relayed = any(attempt.egress.status == 406 for attempt in one.attempts)
    if asks and _status(one) == 406 and not relayed and _admits(asks, STREAM, JSON):
        why = f"no upstream said so; the client's Accept: {asks.value(HEADER) or 'absent'}"
        yield Finding(one.response, "an answer other than 406", 406, why)


def _streams(one: Exchange, request: Message) -> bool:
    """Whether this upstream request asks for a stream: by its own body where that says so."""
    body = request.json()
    flag = body.get("stream") if isinstance(body, dict) else None
    return flag if isinstance(flag, bool) else one.ask.stream


def _status(one: Exchange) -> int:
    return one.response.status if one.response else 0


def _members(values: tuple[str, ...]) -> list[str]:
    return [member.strip() for value in values for member in value.split(",")]


def _ranges(request: Message) -> dict[str, float]:
    """Media ranges in lower case with their weights (RFC 9110 12.5.1)."""
    found: dict[str, float] = {}
    for member in filter(None, _members(request.values(HEADER))):
        name, *parameters = (part.strip().lower() for part in member.split(";"))
        found[name] = max(found.get(name, 0), _weight(parameters))
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 1
    return 1


def _admits(request: Message, *types: str) -> bool:
    """Any of these types is acceptable; the most specific range decides, and absence admits all."""
    ranges = _ranges(request) or {"*/*": 1.0}
    for one in types:
        nearest = [r for r in (one, f"{one.partition('/')[0]}/*", "*/*") if r in ranges]
        if nearest and ranges[nearest[0]] > 0:
            return True
    return False


HOLDS = trial(
    call(sent({HEADER: "application/json, Text/Event-Stream;q=0.9"})),
    call(sent(), ask=Ask(stream=False)),
)
HOLDS_FORWARDED = trial(
    call(sent({"accept": STREAM}), asks=sent({HEADER: STREAM})), dialect="transparent"
)
BREAKS = trial(call(sent({HEADER: "*/*"})))
BREAKS_PLAIN = trial(call(sent({HEADER: STREAM}), ask=Ask(stream=False)))
BREAKS_CHANGED = trial(call(sent({HEADER: "*/*"})), dialect="transparent")
BREAKS_REFUSED = trial(call(asks=sent({HEADER: JSON}), gets=got(406)))
