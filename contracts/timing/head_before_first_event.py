"""The response head reaches the client before the first event exists.

The upstream sends its head and waits for any byte of the answer to pass ingress before it sends
its first event. A head that came to egress in the second half of that time is not judged.

Basis: purpose of SSE.
Broken in: caddyserver/caddy#4247 (no head until the first event), caddyserver/caddy#6293 (the same
with compression on).
"""

from collections.abc import Iterator

from contracts.answers import hung_up, last_word
from contracts.record import Gate
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

HEAD = "head"


@contract(
    "SHOULD",
    applies="transparent",
    needs=(Need("a response head waited for that reached egress", lambda t: any(_waited(t))),),
)
def head_before_first_event(trace: Trace) -> Iterator[Finding]:
    for gate, one in _waited(trace):
        came = one.response is not None and one.response.began <= (gate.missed or gate.waited)
        if gate.missed is not None and not came:
            waited = gate.missed - gate.waited
            yield Finding(
                last_word(one), "a response head", f"none within {waited:g} s", "it was at egress"
            )


def _waited(trace: Trace) -> Iterator[tuple[Gate, Exchange]]:
    """Head gates whose head was at egress in time, each with the stream that it belongs to."""
    for gate in trace.record.gates:
        missed = gate.missed
        until = gate.opened if missed is None else (gate.waited + missed) / 2
        begun = [one for one in trace.chats() if one.ask.stream and _asked(one, gate)]
        head = begun[-1].egress.response if begun and begun[-1].egress else None
        in_time = head is not None and until is not None and head.head_at <= until
        left = in_time and missed is not None and hung_up(trace, begun[-1], missed)
        if gate.marker == HEAD and in_time and not left:
            yield gate, begun[-1]


def _asked(one: Exchange, gate: Gate) -> bool:
    return bool(one.egress and one.egress.request.began <= gate.waited)


_ASKS, _CAME = sent(at=0.0), (sent(at=0.1), got(at=1.0))
_MISSED = Gate(HEAD, waited=1.0, missed=1.5)
HOLDS = trial(
    call(_CAME, asks=_ASKS, gets=got(at=1.1)),
    gates=[Gate(HEAD, waited=1.0, opened=1.1)],
    dialect="transparent",
)
BREAKS = trial(call(_CAME, asks=_ASKS, gets=got(at=2.0)), gates=[_MISSED], dialect="transparent")
