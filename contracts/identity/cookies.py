"""Every upstream request carries the clearance cookie and the auth cookie together, once each, in
one Cookie field, bound to the User-Agent they were issued for.

Basis: the streaming 403 (docs/streaming-403.md).
"""

from collections.abc import Iterator

from contracts import needs
from contracts.message import Message
from contracts.needs import AUTH_COOKIE, CLEARANCE_COOKIE, UPSTREAM_REQUEST
from contracts.testing import BROWSER, COOKIES, call, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract

COOKIE_WORLD = Need("an upstream with cookies", lambda trace: trace.record.dialect == "arena")


@contract("MUST", applies="bridge", given=(COOKIE_WORLD,), needs=(UPSTREAM_REQUEST,))
def cookies(trace: Trace) -> Iterator[Finding]:
    issued = dict(trace.record.clearances)
    for one in trace.chats():
        for attempt in one.attempts:
            yield from _together(attempt.egress.request)
            yield from _bound(attempt.egress.request, issued)


def _together(request: Message) -> Iterator[Finding]:
    fields = len(request.values("Cookie"))
    if fields != 1:
        yield Finding(request, "one Cookie field", f"{fields} fields", header="Cookie")
    names = [name for name, _ in needs.cookies(request)]
    for name in (CLEARANCE_COOKIE, AUTH_COOKIE):
        if fields and names.count(name) != 1:
            yield Finding(request, f"{name} once", f"{names.count(name)} times", header="Cookie")


def _bound(request: Message, issued: dict[str, str]) -> Iterator[Finding]:
    """A User-Agent that is no browser's at all is another contract's finding."""
    agents = request.values("User-Agent")
    browsers = [agent for agent in agents if agent.startswith("Mozilla/5.0")]
    clearance = dict(needs.cookies(request)).get(CLEARANCE_COOKIE, "")
    bound_to = issued.get(clearance)
    if browsers and bound_to is not None and agents != (bound_to,):
        why = "the clearance cookie was issued for another User-Agent"
        yield Finding(request, bound_to, agents, why, header="User-Agent")


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ISSUED = (("clear-1", BROWSER),)

HOLDS = trial(call(sent({"Cookie": COOKIES, "User-Agent": BROWSER})), clearances=ISSUED)
BREAKS = trial(call(sent({"Cookie": "arena-auth-prod-v1=auth-1"})))
BREAKS_TWO_FIELDS = trial(
    call(sent([("Cookie", "cf_clearance=clear-1"), ("Cookie", "arena-auth-prod-v1=auth-1")]))
)
BREAKS_BINDING = trial(call(sent({"Cookie": COOKIES, "User-Agent": FIREFOX})), clearances=ISSUED)
