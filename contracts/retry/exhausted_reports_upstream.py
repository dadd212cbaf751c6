"""When attempts are exhausted the client gets the last upstream status and a message that names
the cause.

Basis: the streaming 403 (docs/streaming-403.md): no token is left.
Broken in: openresty/openresty#351 (5xx body replaced by an HTML page), webserver-llc/angie#169
(original 500 not returned), BerriAI/litellm#36267 (a 400 hides the real time-out)
"""

from collections.abc import Iterator
from http import HTTPStatus

from contracts.message import Message
from contracts.needs import error_of, is_challenge, refused
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

EXHAUSTED = Need(
    "a request that the upstream refused at every attempt",
    lambda trace: any(_exhausted(one) for one in trace.chats()),
)


@contract("MUST", applies="bridge", needs=(EXHAUSTED,), after=("end.error_keeps_status",))
def exhausted_reports_upstream(trace: Trace) -> Iterator[Finding]:
    for one in trace.chats():
        last = one.attempts[-1].egress.response if _exhausted(one) else None
        if last and one.response:
            yield from _status(one.response, last)
            if one.response.complete:
                yield from _message(one.response, last)


def _exhausted(one: Exchange) -> bool:
    """The client waited for the answer, and every attempt was refused."""
    return bool(one.attempts and one.response) and all(refused(a) for a in one.attempts)


def _status(answer: Message, last: Message) -> Iterator[Finding]:
    """A stream that has begun can say so only in an error event."""
    begun = answer.status == 200 and answer.media_type == "text/event-stream"
    if not begun and answer.status != last.status:
        yield Finding(answer, last.status, answer.status, "the status of the last attempt")


def _message(answer: Message, last: Message) -> Iterator[Finding]:
    error = error_of(answer)
    if error is None:
        yield Finding(answer, "an error object", "none", f"upstream said {last.status}")
        return
    told = " ".join(str(error.get(key) or "") for key in ("message", "type", "code"))
    if not error.get("message"):
        yield Finding(answer, "an error message", "none", f"upstream said {last.status}")
    elif not any(name.lower() in told.lower() for name in _names(last)):
        yield Finding(answer, f"a message that names {' or '.join(_names(last))}", told)


def _names(last: Message) -> tuple[str, ...]:
    """What the cause may be called: status, its phrase, the upstream's words, a challenge."""
    phrase = [s.phrase for s in HTTPStatus if s == last.status]
    body = last.json()
    error = body.get("error") if isinstance(body, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    said = [words] if isinstance(words, str) and words else []
    page = ["challenge", "cloudflare", "block page"] if is_challenge(last) else []
    return (str(last.status), *phrase, *said, *page)


JSON = {"Content-Type": "application/json"}
EVENTS = {"Content-Type": "text/event-stream"}
REFUSED = got(401, JSON, {"error": "token expired"})
NAMED = {"error": {"message": "upstream answered 401: token expired", "type": "upstream_error"}}
VAGUE = {"error": {"message": "Max retries exceeded", "type": "server_error"}}

HOLDS = trial(call((sent(), REFUSED), (sent(), REFUSED), gets=got(401, JSON, NAMED)))
HOLDS_BEGUN = trial(
    call((sent(), REFUSED), gets=got(200, EVENTS, b'data: {"error":{"message":"401"}}\n\n'))
)
BREAKS = trial(call((sent(), REFUSED), gets=got(503, JSON, NAMED)))
BREAKS_VAGUE = trial(call((sent(), REFUSED), gets=got(401, JSON, VAGUE)))
