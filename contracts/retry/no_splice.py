"""Once a content byte has gone downstream the request is not sent again and a second answer is
not spliced in.

Basis: RFC 9110 9.2.2.
Broken in: NuGuardAI/nuguard#455 (half an answer followed by a whole one), apache/apisix#13876
(second billable request after output), livekit/agents-js#2477 (doubled text and tool calls),
zirkelc/ai-retry#51 (nothing arrives), BerriAI/litellm#38153 (no fallback on this route)
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from contracts.codings import decode
from contracts.message import Message
from contracts.needs import MARKER, markers
from contracts.testing import EVENTS, call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

CONTENT = Need(
    "upstream content",
    lambda trace: any(markers(a.egress.response) for one in trace.chats() for a in one.attempts),
)


@contract("MUST", needs=(CONTENT,))
def no_splice(trace: Trace) -> Iterator[Finding]:
    for one in trace.chats():
        if one.response and markers(one.response):
            yield from _sent_again(one, _first_content(one.response))
            yield from _spliced(one, one.response)


def _sent_again(one: Exchange, content_at: float) -> Iterator[Finding]:
    for attempt in one.attempts:
        request = attempt.egress.request
        if request.began > content_at:
            late = f"one {request.began - content_at:.3f} s after it"
            yield Finding(request, "no upstream request after the first content", late)


def _spliced(one: Exchange, response: Message) -> Iterator[Finding]:
    """Attempts may number their content alike, so pieces count, not only their names."""
    answers = [Counter(found) for a in one.attempts if (found := markers(a.egress.response))]
    shown = Counter(markers(response))
    if len(answers) > 1 and not any(shown <= answer for answer in answers):
        actual = f"{shown.total()} pieces of {len(answers)} answers"
        yield Finding(response, "pieces of one upstream answer", actual)


def _first_content(response: Message) -> float:
    """When the first whole marker had passed (seconds), whatever the coding and the cutting."""
    chunks, coding = response.chunks, response.value("Content-Encoding")

    def shows(count: int) -> bool:
        sofar = b"".join(chunk.data for chunk in chunks[:count])
        return bool(MARKER.search(decode(sofar, coding) or b""))

    return chunks[bisect_left(range(1, len(chunks) + 1), True, key=shows)].at


STREAM = {"Content-Type": "text/event-stream"}
REFUSED, WHOLE = got(503), got(200, STREAM, EVENTS)
HALF = b"data: ~abcdef-0~ one\n\n"

HOLDS = trial(call((sent(), REFUSED), (sent(), WHOLE), gets=WHOLE), dialect="transparent")
BREAKS = trial(
    call((sent(), got(200, STREAM, HALF, cut=True)), sent(), gets=got(200, STREAM, HALF, at=3.5))
)
BREAKS_SPLICED = trial(
    call(
        (sent(), got(200, STREAM, HALF, cut=True)),
        (sent(), WHOLE),
        gets=got(200, STREAM, HALF + EVENTS),
    )
)
