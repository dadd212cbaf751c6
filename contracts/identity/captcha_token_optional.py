"""A request goes upstream without the captcha token when none can be had, and with it, fresh for
each attempt, when one can; a missing token ends in a clear error within the time limit, never in
a hang.

Basis: the streaming 403 (docs/streaming-403.md): no token was had, plain requests passed.
"""

from collections.abc import Iterator, Sequence
from math import inf

from contracts.message import Message
from contracts.needs import captcha_token
from contracts.record import Ask, Declares
from contracts.testing import call, got, sent, trial
from contracts.trace import Attempt, Exchange, Trace
from contracts.verdict import Finding, Need, contract

ASKS_FOR_TOKENS = Need("a captcha path", lambda trace: bool(trace.declares.captcha_path))
TOKEN_TRIED = Need(
    "a request for a captcha token or an upstream request",
    lambda trace: any(one.attempts or fetches(trace, one) for one in trace.chats()),
)


@contract("MUST", applies="bridge", given=(ASKS_FOR_TOKENS,), needs=(TOKEN_TRIED,))
def captcha_token_optional(trace: Trace) -> Iterator[Finding]:
    given = {issued(fetch) for one in trace.exchanges for fetch in fetches(trace, one)}
    spent: set[str] = set()
    for one in trace.chats():
        asked = fetches(trace, one)
        yield from _went_on(one, asked)
        for attempt in one.attempts:
            before = [fetch for fetch in asked if _began(fetch) < _began(attempt)]
            yield from _token(attempt.egress.request, before[-1:], given, spent)
            spent.add(captcha_token(attempt.egress.request))


def _token(
    request: Message, last: Sequence[Attempt], given: set[str], spent: set[str]
) -> Iterator[Finding]:
    """`last`: the latest fetch before this request, if there was one in its exchange."""
    token = captcha_token(request)
    if token and token in spent:
        yield Finding(request, "a fresh captcha token", "one that was sent before")
    elif last and issued(last[0], request.began) and token not in given:
        actual = "one that was never issued" if token else "no token"
        yield Finding(request, "the captcha token that was issued", actual)
    elif last and token and token not in given:
        yield Finding(request, "no captcha token, as none was to be had", "an invented one")


def fetches(trace: Trace, one: Exchange) -> tuple[Attempt, ...]:
    """The requests for a captcha token that this exchange caused."""
    path = trace.declares.captcha_path
    return tuple(a for a in one.auxiliaries if path and a.egress.request.target.startswith(path))


def issued(fetch: Attempt, by: float = inf) -> str:
    """The token that this request was answered with by then (seconds); empty: none."""
    response = fetch.egress.response
    if response is None or response.status != 200 or not response.complete:
        return ""
    body = response.json() if (response.ended or 0) <= by else None
    token = body.get("token") if isinstance(body, dict) else None
    return token if isinstance(token, str) else ""


def _went_on(one: Exchange, asked: Sequence[Attempt]) -> Iterator[Finding]:
    """No finding if the client left before the target could answer."""
    failed = bool(asked) and not issued(asked[-1])
    done = all(a.egress.response and a.egress.response.complete for a in one.attempts)
    if failed and done and one.ask.gave_up is not None:
        asks = one.ingress.request if one.ingress else None
        yield Finding(asks, "a complete answer", "a hang", "no captcha token came")
    elif failed and not one.attempts and one.response:
        why = "no captcha token came"
        yield Finding(one.response, "an upstream request without a token", "none", why)


def _began(attempt: Attempt) -> float:
    return attempt.egress.request.began


ASKS = Declares(user_agent="browser", max_attempts=3, captcha_path="/captcha")
FETCH = sent(line="GET /captcha/token HTTP/1.1")
GIVEN, DOWN = (FETCH, got(200, (), {"token": "fresh-1"})), (FETCH, got(500))
FRESH = {"x-recaptcha-token": "fresh-1"}

HOLDS = trial(call(sent(FRESH), auxiliaries=[GIVEN]), declares=ASKS)
HOLDS_WITHOUT = trial(call(sent(), auxiliaries=[DOWN]), declares=ASKS)
BREAKS = trial(call(gets=got(503), auxiliaries=[DOWN]), declares=ASKS)
BREAKS_HANG = trial(
    call(ask=Ask(stream=True, gave_up=5.0), auxiliaries=[(FETCH, None)]), declares=ASKS
)
BREAKS_LOST = trial(call(sent(), auxiliaries=[GIVEN]), declares=ASKS)
BREAKS_SPENT = trial(call(sent(FRESH), sent(FRESH), auxiliaries=[GIVEN]), declares=ASKS)
