"""Hop-by-hop fields and those nominated by Connection, as one side sent them, stay on that side.

Judged by their values: the proxy's own Connection, TE, Keep-Alive or Upgrade are its own business,
so an Upgrade that it nominates itself and `TE: trailers` are no violation.

Basis: RFC 9110 7.6.1.
Broken in: http-party/node-http-proxy#1488 (Keep-Alive of the upstream reaches the client),
farion1231/cc-switch#1720, ncr/rack-proxy#59, cloudflare/pingora#734 (Keep-Alive and TE reach the
upstream), nestjs/nest#17588.
"""

from collections.abc import Iterator

from contracts.answers import answers
from contracts.fields import FRAMING, NOT_OF_A_REQUEST, NOT_OF_A_RESPONSE, elements, nominated
from contracts.message import Message
from contracts.testing import call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

ALWAYS = ("keep-alive", "proxy-connection", "te", "upgrade")
NEVER_TIED = FRAMING | NOT_OF_A_REQUEST | NOT_OF_A_RESPONSE | {"authorization", "cookie", "via"}
OWN = {("te", "trailers"), ("upgrade", "websocket")}


@contract(
    "MUST",
    needs=(Need("a hop-by-hop field on one side", lambda trace: any(_carried(trace))),),
)
def hop_by_hop_removed(trace: Trace) -> Iterator[Finding]:
    for name, sender, receiver in _carried(trace):
        leaked = _members(name, sender) & _members(name, receiver)
        if name == "upgrade" and "upgrade" in nominated(receiver):
            leaked = set()
        if leaked:
            sent_values = ", ".join(sender.values(name))
            yield Finding(receiver, "nothing of it", sorted(leaked), f"sent {sent_values}", name)
        if name in nominated(sender) & nominated(receiver) - {"te", "upgrade"}:
            yield Finding(receiver, f"no {name}", receiver.value("Connection"), header="connection")


def _carried(trace: Trace) -> Iterator[tuple[str, Message, Message]]:
    """Each hop-by-hop field that one side sent, its message, and what the other side got for it."""
    for sender, receiver in _crossings(trace):
        for name in sorted({*ALWAYS, *_tied(sender)}):
            if sender.values(name) or name in _tied(sender):
                yield name, sender, receiver


def _crossings(trace: Trace) -> Iterator[tuple[Message, Message]]:
    for one in trace.chats():
        if one.ingress:
            yield from ((one.ingress.request, a.egress.request) for a in one.attempts)
    yield from ((came, went) for _, came, went in answers(trace))


def _tied(message: Message) -> frozenset[str]:
    return nominated(message) - NEVER_TIED


def _members(name: str, message: Message) -> set[str]:
    values = {*message.values(name), *elements(message.values(name))} - {""}
    return {value for value in values if (name, value.lower()) not in OWN}


_HOP = {"Connection": "keep-alive, X-Hop", "X-Hop": "canary", "Keep-Alive": "timeout=93"}
HOLDS = trial(
    call(
        (sent({"Connection": "close", "TE": "trailers"}), got(200, _HOP)),
        asks=sent({**_HOP, "TE": "trailers, x-canary"}),
        gets=got(200, {"Connection": "keep-alive", "Keep-Alive": "timeout=5"}),
    )
)
BREAKS = trial(call(sent({"X-Hop": "canary"}), asks=sent(_HOP)))
BREAKS_BACK = trial(call((sent(), got(200, _HOP)), gets=got(200, {"Keep-Alive": "timeout=93"})))
BREAKS_BY_NOMINATION = trial(call(sent({"Connection": "X-Hop"}), asks=sent(_HOP)))
