"""Each event is delivered before the upstream sends the next one.

Whatever the proxy inspects, logs, caches or transforms, and whatever parameters Content-Type has.
The upstream waits after each event for it to pass ingress. Held is what was at egress for at least
half of that time and not at ingress when its patience ran out; what came to egress later is no
guilt of the target, and neither is a response that had ended or a connection closed by then.

Basis: purpose of SSE.
Broken in: nginx/nginx#1505, ggml-org/llama.cpp#20872 (UI hangs behind a buffering proxy),
xorbitsai/xagent#1358, basecamp/kamal-proxy#54, golang/go#48427 (no flush with a charset).
"""

from collections.abc import Iterator

from contracts.answers import hung_up, last_word
from contracts.codings import decode
from contracts.message import Message
from contracts.record import Gate
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

HEAD = "head"


@contract(
    "MUST",
    needs=(Need("an event waited for that reached egress", lambda trace: any(_waited(trace))),),
)
def events_not_held(trace: Trace) -> Iterator[Finding]:
    for gate, one in _waited(trace):
        if gate.missed is not None and not _seen(gate, one.response, gate.missed):
            expected = f"event {gate.marker} before the next one is sent"
            actual = f"not delivered within {gate.missed - gate.waited:g} s"
            yield Finding(last_word(one), expected, actual, "it was at egress")


def _waited(trace: Trace) -> Iterator[tuple[Gate, Exchange]]:
    """Gates on events of streams that were at egress while the client still listened."""
    streams = [one for one in trace.chats() if one.ask.stream and one.egress]
    for gate in trace.record.gates:
        for one in streams:
            came = one.egress.response if one.egress else None
            at_egress = gate.marker != HEAD and _seen(gate, came, _in_time(gate))
            if at_egress and not _over(trace, one, gate):
                yield gate, one


def _in_time(gate: Gate) -> float:
    if gate.missed is None:
        return gate.waited if gate.opened is None else gate.opened
    return (gate.waited + gate.missed) / 2


def _seen(gate: Gate, response: Message | None, until: float) -> bool:
    if response is None:
        return False
    body = b"".join(chunk.data for chunk in response.chunks if chunk.at <= until)
    content = decode(body, response.value("Content-Encoding"))
    return gate.marker.encode() in (body if content is None else content)


def _over(trace: Trace, one: Exchange, gate: Gate) -> bool:
    """The answer was at its end without the event: lost or broken off, but not held."""
    if gate.missed is None or _seen(gate, one.response, gate.missed):
        return False
    ended = one.response.ended if one.response else None
    return (ended is not None and ended <= gate.missed) or hung_up(trace, one, gate.missed)


_MARK, _EVENT = "~abcdef-0~", b"data: ~abcdef-0~ one\n\n"
_ASKS, _UP = sent(at=0.0), sent(at=0.1)
_MISSED = Gate(_MARK, waited=1.0, missed=1.5)
_EARLY, _LATE = (_UP, got(200, {}, _EVENT, at=1.0)), (_UP, got(200, {}, _EVENT, at=2.0))
HOLDS = trial(
    call(_EARLY, asks=_ASKS, gets=got(200, {}, _EVENT, at=1.1)),
    gates=[Gate(_MARK, waited=1.0, opened=1.1), Gate("~abcdef-1~", waited=1.2, missed=1.7)],
)
BREAKS = trial(call(_EARLY, asks=_ASKS, gets=got(200, {}, _EVENT, at=2.0)), gates=[_MISSED])
