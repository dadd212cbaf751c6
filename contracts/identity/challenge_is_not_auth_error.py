"""A challenge or block page of an edge (HTML, cf-mitigated, 403/503) is told apart from the
provider's own auth error: the client sees neither 401 nor an authentication error type, the
credential is used again by the next request, and a bridge never sends the page's HTML as data of
a stream.

Basis: the streaming 403 (docs/streaming-403.md); Cloudflare docs: cf-mitigated.
Broken in: NousResearch/hermes-agent#53099 (user is told the key was rejected),
aws-samples/sample-kolya-br-proxy#38 (403 of the edge for big prompts), letta-ai/letta-code#2136
(an edge's 520 shown as an LLM error)
"""

import re
from collections.abc import Iterator

from contracts.needs import account, error_of, is_challenge
from contracts.testing import CHAT, COOKIES, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

AUTH = re.compile("auth|invalid_api_key|permission", re.IGNORECASE)
TITLE = re.compile(r"<title>\s*([^<]+)", re.IGNORECASE)
TAGS = ("<html", "<!doctype html")
CHALLENGE = Need(
    "a challenge page from upstream",
    lambda trace: any(
        is_challenge(a.egress.response) for one in trace.chats() for a in one.attempts
    ),
)


@contract("MUST", needs=(CHALLENGE,))
def challenge_is_not_auth_error(trace: Trace) -> Iterator[Finding]:
    tried = [one for one in trace.chats() if one.attempts]
    for number, one in enumerate(tried):
        last = one.attempts[-1].egress.response
        if not is_challenge(last):
            continue
        relayed = last and one.response and last.body == one.response.body
        yield from _error(one, relayed=bool(relayed) and not trace.bridge)
        if trace.bridge:
            yield from _page(one)
            yield from _credential(one, tried[number + 1 : number + 2])


def _error(one: Exchange, *, relayed: bool) -> Iterator[Finding]:
    if one.response and one.response.status == 401:
        yield Finding(one.response, "no 401 for a challenge", 401)
    error = {} if relayed else error_of(one.response) or {}
    for key in ("type", "code"):
        if AUTH.search(str(error.get(key) or "")):
            told = f"{key} {error[key]!r}"
            yield Finding(one.response, "no authentication error for a challenge", told)


def _page(one: Exchange) -> Iterator[Finding]:
    """The page as content; its title may be named in an error, its HTML nowhere."""
    if not one.response or one.response.status != 200:
        return
    page = one.attempts[-1].egress.response
    title = TITLE.search(page.text) if page and error_of(one.response) is None else None
    signs = (*TAGS, title[1].strip().lower()) if title else TAGS
    text = one.response.text.lower().replace("\\u003c", "<")
    shown = [sign for sign in signs if sign in text]
    if shown:
        yield Finding(one.response, "nothing of the page", f"{shown[0]!r} as content of a 200")


def _credential(one: Exchange, following: list[Exchange]) -> Iterator[Finding]:
    """Any credential of a challenged exchange will do for the next one's first attempt."""
    known = {account(attempt.egress.request) for attempt in one.attempts}
    for later in following:
        request = later.attempts[0].egress.request
        if account(request) not in known:
            why = "a challenge says nothing about the credential"
            yield Finding(request, "the credential of the challenged request", "another one", why)


PAGE = got(
    403,
    {"Content-Type": "text/html; charset=UTF-8", "cf-mitigated": "challenge"},
    b"<!DOCTYPE html><html><title>Just a moment...</title></html>",
)
ONE, TWO = sent({"Cookie": COOKIES}), sent({"Cookie": "arena-auth-prod-v1=auth-2"})
JSON = {"Content-Type": "application/json"}
EVENTS = {"Content-Type": "text/event-stream"}
TOLD = got(403, JSON, {"error": {"message": "challenge page (403)", "type": "upstream_challenge"}})

HOLDS = trial(call((ONE, PAGE), gets=TOLD), call(ONE))
HOLDS_RELAYED = trial(call((sent(line=CHAT), PAGE), gets=PAGE), dialect="transparent")
BREAKS = trial(call((ONE, PAGE), gets=got(401, JSON, {"error": {"message": "Unauthorized"}})))
BREAKS_TYPE = trial(
    call((ONE, PAGE), gets=got(403, JSON, {"error": {"message": "no", "type": "auth_error"}}))
)
BREAKS_HTML = trial(call((ONE, PAGE), gets=got(200, EVENTS, b"data: <HTML><title>\n\n")))
BREAKS_CREDENTIAL = trial(call((ONE, PAGE), gets=TOLD), call(TWO))
