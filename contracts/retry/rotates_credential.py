"""Rotation works on the streaming path as on the plain one and only for failures that concern the
credential (JSON 401, 403, 429: next credential; captcha JSON: refresh the captcha token; HTML
challenge: report, keep the credential, unless another clearance is at hand), and never deletes a
credential because of one failure.

Basis: the streaming 403 (docs/streaming-403.md): a 403 asks for the next token.
Broken in: openclaw/openclaw#97314 (second and third key never used), theopenco/llmgateway#2470
(unknown-model errors burn keys), Alishahryar1/free-claude-code#700 (key changed, no retry)
"""

from collections.abc import Iterator
from itertools import pairwise

from contracts.needs import (
    CLEARANCE_COOKIE,
    account,
    captcha_token,
    cause_of,
    cookies,
    error_of,
)
from contracts.testing import COOKIES, call, got, sent, trial
from contracts.trace import Attempt, Exchange, Trace
from contracts.verdict import Finding, Need, contract

REQUESTS_OWN_FAULT = (400, 404, 405, 413, 415, 422)
ROTATION = Need(
    "a refused credential or a second attempt",
    lambda trace: any(
        len(one.attempts) > 1 or any(_concerned(a) for a in one.attempts) for one in trace.chats()
    ),
)


@contract("MUST", applies="bridge", needs=(ROTATION,))
def rotates_credential(trace: Trace) -> Iterator[Finding]:
    refused_to: set[tuple[str, ...]] = set()
    for one in trace.chats():
        for before, again in pairwise(one.attempts):
            yield from _credential(trace, before, again)
            yield from _captcha(trace, one, before, again)
        client = one.ingress.request.values("Authorization") if one.ingress else ()
        if client in refused_to and not one.attempts and _has_none_left(one):
            actual = f"status {one.response.status if one.response else 0} and no attempt"
            why = "a credential was refused before: is it deleted?"
            yield Finding(one.response, "an upstream request", actual, why)
        if any(_concerned(attempt) for attempt in one.attempts):
            refused_to.add(client)


def _concerned(attempt: Attempt) -> bool:
    return cause_of(attempt) in ("challenge", "captcha", "credential")


def _credential(trace: Trace, before: Attempt, again: Attempt) -> Iterator[Finding]:
    cause, status, request = cause_of(before), before.egress.status, again.egress.request
    another = account(request) != account(before.egress.request)
    other_clearance = _clearance(again) != _clearance(before)
    why = f"after {status} ({cause})"
    if cause == "credential" and not another and trace.declares.credentials > 1:
        yield Finding(request, "another credential", "the same credential", why)
    elif another and (
        cause == "captcha"
        or (cause == "challenge" and not other_clearance)
        or status in REQUESTS_OWN_FAULT
    ):
        yield Finding(request, "the same credential", "another credential", why)


def _captcha(trace: Trace, one: Exchange, before: Attempt, again: Attempt) -> Iterator[Finding]:
    """No token twice: none could be had, if one was asked for in between."""
    if cause_of(before) != "captcha" or not trace.declares.captcha_path:
        return
    first, second = before.egress.request, again.egress.request
    asked = any(first.began < a.egress.request.began < second.began for a in one.auxiliaries)
    token = captcha_token(second)
    if token == captcha_token(first) and (token or not asked):
        actual = "the same token" if token else "no token, and none asked for"
        yield Finding(second, "a fresh captcha token", actual, "after a captcha refusal")


def _clearance(attempt: Attempt) -> str:
    return dict(cookies(attempt.egress.request)).get(CLEARANCE_COOKIE, "")


def _has_none_left(one: Exchange) -> bool:
    """An error of the target's own: it blames neither request nor network, and asks no wait."""
    response = one.response
    if response is None or response.status in (*REQUESTS_OWN_FAULT, 502, 504):
        return False
    failed = response.status >= 400 or error_of(response) is not None
    return failed and not response.values("Retry-After")


JSON = {"Content-Type": "application/json"}
REFUSED, NONE_LEFT = got(401, JSON, {"error": "expired"}), got(503, JSON, {"error": {}})
PAGE = got(403, {"Content-Type": "text/html"}, b"<html>")
ONE, TWO = sent({"Cookie": COOKIES}), sent({"Cookie": "cf_clearance=clear-1; arena-auth-prod-v1=2"})

HOLDS = trial(call((ONE, REFUSED), TWO), call(ONE))
BREAKS = trial(call((ONE, REFUSED), ONE))
BREAKS_CHALLENGE = trial(call((ONE, PAGE), TWO))
BREAKS_OWN_FAULT = trial(call((ONE, got(404, JSON, {"error": "no such model"})), TWO))
BREAKS_DELETED = trial(call((ONE, REFUSED), gets=REFUSED), call(gets=NONE_LEFT))
