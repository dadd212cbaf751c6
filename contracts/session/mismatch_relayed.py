"""The upstream's refusal of an update reaches the client with its status, its content and its media
type: not as 200, 500 or 502, and not as text of the conversation.

Basis: the streaming session id (docs/streaming-session-id.md), the error text; RFC 9110 15.5.
"""

from collections.abc import Iterator

from contracts.answers import last_word
from contracts.ledger.calls import call_of
from contracts.message import Message
from contracts.pairs import own_answers
from contracts.session_examples import EVENTS, JSON, MISMATCH, saying, stream, talk, update
from contracts.testing import got
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    needs=(
        Need(
            "a refused update, told to the client",
            lambda trace: any(_relayed(trace)) or any(_unanswered(trace)),
        ),
    ),
    after=("headers.content_encoding_true",),
)
def mismatch_relayed(trace: Trace) -> Iterator[Finding]:
    for one, came in _unanswered(trace):
        yield Finding(last_word(one), came.status, "no answer")
    for came, went in _relayed(trace):
        wanted, actual = (f"{m.status} {m.media_type}" for m in (came, went))
        if wanted != actual:
            yield Finding(went, wanted, actual, f"with the content {went.text[:80]!r}")
        elif came.complete and went.complete and went.text != came.text:
            yield Finding(went, came.text[:200], went.text[:200], "the content was changed")


def _relayed(trace: Trace) -> Iterator[tuple[Message, Message]]:
    return ((came, went) for one, came, went in own_answers(trace) if _refused(one))


def _unanswered(trace: Trace) -> Iterator[tuple[Exchange, Message]]:
    """Refusals that the client waited for in vain."""
    for one in trace.chats():
        came = one.egress.response if one.egress else None
        if came and not one.response and one.ask.gave_up is not None and _refused(one):
            yield one, came


def _refused(one: Exchange) -> bool:
    call = call_of(one.egress.request) if one.egress else None
    return bool(call and call[0] == "update" and one.egress and 400 <= one.egress.status < 500)


_HTML = got(400, {"Content-Type": "text/html"}, b"<h1>Bad Request</h1>")
HOLDS = talk(stream("one"), update("stream-12345", 400))
BREAKS = talk(stream("one"), update("stream-12345", 400, gets=got(502, JSON, MISMATCH)))
BREAKS_AS_SUCCESS = talk(stream("one"), update("", 400, gets=got(200, JSON, MISMATCH)))
BREAKS_AS_CONTENT = talk(update("", 400, gets=got(200, EVENTS, saying("mismatch"))))
BREAKS_AS_A_PAGE = talk(update("", 400, gets=_HTML))
BREAKS_TEXT = talk(update("", 400, gets=got(400, JSON, {"message": "Bad Request"})))
