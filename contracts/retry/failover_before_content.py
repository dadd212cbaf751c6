"""A failure before any content can still fail over to another credential or upstream.

Basis: the streaming 403 (docs/streaming-403.md).
Broken in: tashfeenahmed/freellmapi#192 (503 to one model while others sat idle),
maximhq/bifrost#5395 (quota errors go raw to clients), maximhq/bifrost#2917 (no retry once the
stream is open), musistudio/claude-code-router#1759 (errors in 200 never fail over),
CherryHQ/cherry-studio-app#1066 (first key fails, others unused)
"""

from collections.abc import Iterator

from contracts.needs import account, cause_of, error_of
from contracts.record import Declares
from contracts.testing import COOKIES, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

SPARE = Need(
    "a second credential and a second attempt",
    lambda trace: trace.declares.credentials > 1 and trace.declares.max_attempts > 1,
)
CREDENTIAL_REFUSED = Need(
    "a credential that the upstream refused",
    lambda trace: any(cause_of(a) == "credential" for one in trace.chats() for a in one.attempts),
)


@contract("SHOULD", applies="bridge", given=(SPARE,), needs=(CREDENTIAL_REFUSED,))
def failover_before_content(trace: Trace) -> Iterator[Finding]:
    refused: set[str] = set()
    for one in trace.chats():
        refused |= {account(a.egress.request) for a in one.attempts if cause_of(a) == "credential"}
        made, more = len(one.attempts), trace.declares
        left = made < more.max_attempts and len(refused) < more.credentials
        if made and cause_of(one.attempts[-1]) == "credential" and left and _over(one):
            expected = f"one more of {more.max_attempts} attempts, with another credential"
            path = "stream" if one.ask.stream else "plain"
            actual = f"{made} attempt(s), then the end of the {path} request"
            yield Finding(one.attempts[-1].egress.response, expected, actual)


def _over(one: Exchange) -> bool:
    """The target had its say; False where the client may have left before."""
    response = one.response
    return response is not None and (
        response.status >= 400 or response.complete or error_of(response) is not None
    )


JSON = {"Content-Type": "application/json"}
REFUSED, RELAYED = got(401, JSON, {"error": "expired"}), got(401, JSON, {"error": {"message": "x"}})
ONE, TWO = sent({"Cookie": COOKIES}), sent({"Cookie": "arena-auth-prod-v1=auth-2"})

HOLDS = trial(call((ONE, REFUSED), TWO))
HOLDS_ALL_TRIED = trial(
    call((ONE, REFUSED), (TWO, REFUSED), gets=RELAYED),
    declares=Declares(user_agent="browser", max_attempts=3, credentials=2),
)
BREAKS = trial(call((ONE, REFUSED), gets=RELAYED))
BREAKS_EMPTY_STREAM = trial(call((ONE, REFUSED)))
