"""The preflight allows every request header that the protocol needs (session id, Last-Event-ID,
Authorization).

What the upstream allows, the client is allowed; a target that answers preflights itself allows all
of those that are asked for.

Basis: Fetch standard, CORS-preflight fetch.
Broken in: netdata/netdata#22258 (handshake works, second request "Failed to fetch").
"""

from collections.abc import Iterator

from contracts.fields import ALLOW_HEADERS, ALLOW_ORIGIN, SESSION_ID, allows, elements
from contracts.message import Message
from contracts.session_examples import ORIGIN, relayed, talk
from contracts.testing import Call, Part, call, got, sent
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

PROTOCOL = ("authorization", SESSION_ID.lower(), "last-event-id")
METHOD, HEADERS = "Access-Control-Request-Method", "Access-Control-Request-Headers"


@contract(
    "MUST",
    applies="session",
    needs=(Need("an answered preflight", lambda trace: any(_preflights(trace))),),
)
def preflight_allows(trace: Trace) -> Iterator[Finding]:
    for asks, came, went in _preflights(trace):
        origin = asks.value("Origin")
        wanted = [one.lower() for one in elements(asks.values(HEADERS))]
        needed = [n for n in wanted if (_allows(came, n, origin) if came else n in PROTOCOL)]
        refused = [one for one in needed if not _allows(went, one, origin)]
        if refused or (came and _allowing(came, origin) and not _allowing(went, origin)):
            said = f"{went.status}, {went.value(ALLOW_HEADERS) or 'no headers allowed'}"
            yield Finding(went, refused or "allowed", said, header=ALLOW_HEADERS)


def _preflights(trace: Trace) -> Iterator[tuple[Message, Message | None, Message]]:
    """Each preflight with the upstream's answer, if one was asked for, and the target's."""
    for one in trace.chats():
        asks = one.ingress.request if one.ingress else None
        came = one.egress.response if one.egress else None
        if asks and one.response and _is_preflight(asks) and (came or not one.attempts):
            yield asks, came, one.response


def _is_preflight(asks: Message) -> bool:
    return asks.method == "OPTIONS" and bool(asks.values("Origin") and asks.values(METHOD))


def _allowing(answer: Message, origin: str) -> bool:
    """The preflight succeeds at all."""
    return 200 <= answer.status < 300 and allows(answer, origin)


def _allows(answer: Message, name: str, origin: str) -> bool:
    """`*` stands for every field but Authorization."""
    allowed = {one.lower() for one in elements(answer.values(ALLOW_HEADERS))}
    any_will_do = "*" in allowed and name != "authorization"
    return _allowing(answer, origin) and (name in allowed or any_will_do)


_ASKS = sent(
    {**ORIGIN, METHOD: "POST", HEADERS: ", ".join((*PROTOCOL, "content-type", "x-more"))},
    line="OPTIONS /api/chat/sessions/x/stream HTTP/1.1",
)
_ALL = {ALLOW_ORIGIN: "*", ALLOW_HEADERS: f"Content-Type, {', '.join(PROTOCOL)}"}
_SOME = {ALLOW_ORIGIN: "*", ALLOW_HEADERS: "Content-Type"}
_CAME = got(204, _ALL)


def _itself(gets: Part) -> Call:
    return call(asks=_ASKS, gets=gets)


HOLDS = talk(relayed(_ASKS, _CAME), relayed(_ASKS, got(204, _SOME)), _itself(got(200, _ALL)))
BREAKS = talk(relayed(_ASKS, _CAME, gets=got(204, _SOME)))
BREAKS_ITSELF = talk(_itself(got(204, _SOME)))
BREAKS_BY_STAR = talk(_itself(got(204, {ALLOW_ORIGIN: "*", ALLOW_HEADERS: "*"})))
BREAKS_STATUS = talk(relayed(_ASKS, _CAME, gets=got(405, _ALL)))
BREAKS_OTHER_ORIGIN = talk(
    relayed(_ASKS, _CAME, gets=got(204, {**_ALL, ALLOW_ORIGIN: "http://localhost:3000"}))
)
BREAKS_ORIGIN = talk(relayed(_ASKS, _CAME, gets=got(204, {ALLOW_HEADERS: _ALL[ALLOW_HEADERS]})))
