"""No credential, in Authorization, Cookie or a custom header, follows a redirect to another
origin; 307 and 308 keep method and body.

Basis: RFC 9110 15.4.
Broken in: openai/openai-python#3516 (canary at host B), NVIDIA-NeMo/Switchyard#543 (deployment key
at the sink), rmusser01/tldw_chatbook#1925 (X-API-KEY follows a 302), apify/crawlee#4134 (bearer at
the second host), alpha-omega-security/scrutineer#670 (key would be forwarded)
"""

from collections.abc import Iterator

from contracts.message import Message
from contracts.needs import bare, cookies
from contracts.testing import call, got, sent, trial
from contracts.trace import Attempt, Exchange, Trace
from contracts.verdict import Finding, Need, contract

CARRIERS = ("Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "x-recaptcha-token")
KEEP = (307, 308)
REDIRECTED = Need(
    "a redirect from upstream",
    lambda trace: any(_redirects(a) for one in trace.exchanges for a in _all(one)),
)


@contract("MUST", needs=(REDIRECTED,))
def not_across_redirect(trace: Trace) -> Iterator[Finding]:
    for one in trace.exchanges:
        for wire in one.elsewhere:
            led = [a for a in _all(one) if _redirects(a) and _answered(a) <= wire.request.began]
            if led and not _client_followed(one, wire.request):
                cause = max(led, key=_answered)
                yield from _carried(trace, one, wire.request)
                yield from _kept(cause, wire.request)


def _carried(trace: Trace, one: Exchange, request: Message) -> Iterator[Finding]:
    values = set(trace.secrets_of())
    for attempt in _all(one):
        values |= _credentials(attempt.egress.request)
    for header, text in request.headers:
        if any(value and value in text for value in values):
            expected = "no credential at another origin"
            yield Finding(request, expected, f"one in {header}", header=header)


def _credentials(request: Message) -> set[str]:
    found = {bare(value) for header in CARRIERS for value in request.values(header)}
    return found | {value for _, value in cookies(request)}


def _kept(cause: Attempt, request: Message) -> Iterator[Finding]:
    first = cause.egress.request
    if cause.egress.status not in KEEP:
        return
    if request.method != first.method:
        yield Finding(request, first.method, request.method, f"method after {cause.egress.status}")
    elif first.complete and request.body != first.body:
        expected, actual = f"{len(first.body)} bytes", f"{len(request.body)} bytes, or others"
        yield Finding(request, expected, actual, f"body after {cause.egress.status}")


def _all(one: Exchange) -> tuple[Attempt, ...]:
    return (*one.attempts, *one.auxiliaries)


def _redirects(attempt: Attempt) -> bool:
    response = attempt.egress.response
    return bool(response and 300 <= response.status < 400 and response.values("Location"))


def _answered(attempt: Attempt) -> float:
    return attempt.egress.response.head_at if attempt.egress.response else 0


def _client_followed(one: Exchange, request: Message) -> bool:
    """The target relayed the redirect before: it is not the target that follows it."""
    answer = one.response
    return bool(answer and 300 <= answer.status < 400 and answer.head_at < request.began)


WITH_KEY = sent({"Authorization": "Bearer key-1", "Cookie": "a=crumb-1"}, b"{}")
AWAY = got(307, {"Location": "http://other.invalid/"})

HOLDS = trial(call((WITH_KEY, AWAY), gets=got(502)))
HOLDS_BARE = trial(call((WITH_KEY, AWAY), elsewhere=[sent((), b"{}")]))
BREAKS = trial(call((WITH_KEY, AWAY), elsewhere=[WITH_KEY]))
BREAKS_COOKIE = trial(call((WITH_KEY, AWAY), elsewhere=[sent({"Cookie": "b=crumb-1"}, b"{}")]))
BREAKS_METHOD = trial(call((WITH_KEY, AWAY), elsewhere=[sent(line="GET / HTTP/1.1")]))
BREAKS_BODY = trial(call((WITH_KEY, AWAY), elsewhere=[sent()]))
