"""Every upstream request, on every path (stream, plain, retry, fallback, token refresh), carries
the User-Agent that the target declares: `forward`: equal to ingress, absence included; `fixed`:
exactly the declared one; `browser`: exactly one, browser-like, never a library default
(python-httpx, python-requests, aiohttp, Go-http-client, node, curl ...).

Basis: the streaming 403 (docs/streaming-403.md); RFC 9110 10.1.5.
Broken in: OpenBMB/StaffDeck#232 (SDK default gets a 403 page), NousResearch/hermes-agent#24293
(curl 200, SDK 403), lessweb/deepcode-cli#273 (no User-Agent, 403), ChronoAIProject/NyxID#184
(curl works, SDK 403), BerriAI/litellm#19017 (credential tied to another client's User-Agent)
"""

import re
from collections.abc import Iterator

from contracts.needs import UPSTREAM_REQUEST
from contracts.testing import BROWSER, call, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, contract

HEADER = "User-Agent"
BROWSER_LIKE = "Mozilla/5.0 ("
LIBRARY = re.compile(
    r"python-(httpx|requests|urllib)|aiohttp|openai/|anthropic/|go-http-client|\bnode\b|undici"
    r"|\bcurl\b|okhttp|\bjava/",
    re.IGNORECASE,
)


@contract("MUST", needs=(UPSTREAM_REQUEST,))
def user_agent(trace: Trace) -> Iterator[Finding]:
    told: set[tuple[bool, tuple[str, ...]]] = set()
    for one in trace.chats():
        forwarded = tuple(attempt.egress.request for attempt in one.attempts)
        forwards = trace.declares.user_agent == "forward"
        for request in forwarded if forwards else one.upstream_requests:
            actual = request.values(HEADER)
            expected = _breach(trace.declares.user_agent, one, actual)
            if expected is not None and (one.ask.stream, actual) not in told:
                told.add((one.ask.stream, actual))
                why = f"on a {'stream' if one.ask.stream else 'plain'} request"
                yield Finding(request, expected, actual, why, header=HEADER)


def _breach(declared: str, one: Exchange, actual: tuple[str, ...]) -> object | None:
    """What a request of this exchange should have carried; None: it does."""
    if declared == "browser":
        fits = len(actual) == 1 and actual[0].startswith(BROWSER_LIKE)
        return None if fits and not LIBRARY.search(actual[0]) else f"one {BROWSER_LIKE}…"
    expected = one.ingress.request.values(HEADER) if one.ingress else ()
    if declared.startswith("fixed:"):
        expected = (declared.removeprefix("fixed:").strip(),)
    return None if actual == expected else expected


LIBRARY_DEFAULT = {HEADER: "python-httpx/0.28.1"}

HOLDS = trial(call(sent({HEADER: BROWSER}), sent({HEADER: BROWSER})))
HOLDS_ABSENT = trial(call(sent()), dialect="transparent")
BREAKS = trial(call(sent({HEADER: BROWSER}), sent(LIBRARY_DEFAULT)))
BREAKS_ADDED = trial(call(sent(LIBRARY_DEFAULT)), dialect="transparent")
BREAKS_REFRESH = trial(
    call(
        sent({HEADER: BROWSER}),
        auxiliaries=[(sent(LIBRARY_DEFAULT, line="GET /captcha HTTP/1.1"), None)],
    )
)
