"""Content-Encoding at ingress describes the bytes there, whenever it did so at egress.

A proxy that reads the stream offers the upstream no coding that it cannot decode.

Basis: RFC 9110 8.4.
Broken in: open-webui/open-webui#23928 (label kept on decoded bytes),
freelensapp/freelens-ai-extension#272, TencentCloud/CubeSandbox#1139, SillyTavern/SillyTavern#6007,
Wei-Shaw/claude-relay-service#1030 (compressed bytes taken for text).
"""

import gzip
import re
from collections.abc import Iterator

from contracts.answers import answers, as_offered, codings, flawless
from contracts.message import Message
from contracts.needs import MARKER, markers
from contracts.testing import EVENTS, PIECES, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract
from contracts.wires import Wire

LABEL = "Content-Encoding"
REPLACED = re.compile(rb"\xef\xbf\xbd|\\ufffd")  # what decoding as UTF-8 leaves of other bytes


@contract(
    "MUST",
    needs=(
        Need(
            "a body with a true Content-Encoding",
            lambda trace: any(_coded(came, went) for _, came, went in _bodies(trace)),
        ),
    ),
)
def content_encoding_true(trace: Trace) -> Iterator[Finding]:
    for wire, came, went in _bodies(trace):
        label = went.value(LABEL) or "identity"
        if went.body and not _describes(came, went):
            actual = f"bytes that begin {went.body[:12]!r}"
            yield Finding(went, f"bytes coded {label}", actual, header=LABEL)
        elif _could_not_decode(wire, came, went) and trace.bridge and not _fails_uncoded(trace):
            offered = wire.request.value("Accept-Encoding")
            why = f"the answer came in {came.value(LABEL)} and was not understood"
            yield Finding(wire.request, "codings it can decode", offered, why, "Accept-Encoding")


def _bodies(trace: Trace) -> Iterator[tuple[Wire, Message, Message]]:
    """Last attempts whose label was true, with the answers at both sides."""
    for one, came, went in answers(trace):
        if one.egress and came.content is not None:
            yield one.egress, came, went


def _coded(came: Message, went: Message) -> bool:
    return bool((codings(came) and came.body) or (codings(went) and went.body))


def _describes(came: Message, went: Message) -> bool:
    if went.content is None:
        return False
    if codings(went):
        return bool(markers(went)) or not MARKER.search(went.body)
    still_coded = came.body.startswith(went.body) or went.body.startswith(b"\x1f\x8b")
    taken_for_text = REPLACED.search(went.body) and markers(came) and not markers(went)
    return not (codings(came) and (still_coded or taken_for_text) and came.content != went.body)


def _could_not_decode(wire: Wire, came: Message, went: Message) -> bool:
    given_up = went.status >= 400 or went.complete
    named = bool(codings(came)) and as_offered(wire.request, came)
    return named and flawless(came) and given_up and not markers(went)


def _fails_uncoded(trace: Trace) -> bool:
    """A good answer without any coding is not understood either: the coding is not why."""
    return any(
        flawless(came) and not codings(came) and not markers(went)
        for _, came, went in _bodies(trace)
    )


_GZIP = {LABEL: "gzip"}
_OFFER = sent({"Accept-Encoding": "gzip, br"})
_CAME = (_OFFER, got(200, _GZIP, gzip.compress(PIECES, mtime=0)))
_PASSED = (_OFFER, got(200, _GZIP, gzip.compress(EVENTS, mtime=0)))
HOLDS = trial(call(_CAME, gets=got(200, {}, EVENTS)))
HOLDS_CUT = trial(
    call(_PASSED, gets=got(200, _GZIP, gzip.compress(EVENTS, mtime=0)[:30], cut=True)),
    dialect="transparent",
)
BREAKS = trial(call(_PASSED, gets=got(200, _GZIP, EVENTS)), dialect="transparent")
BREAKS_WITHOUT_LABEL = trial(
    call(_PASSED, gets=got(200, {}, gzip.compress(EVENTS, mtime=0))), dialect="transparent"
)
BREAKS_AS_TEXT = trial(
    call(_CAME, gets=got(200, {}, _CAME[1].body.decode("utf-8", "replace").encode()))
)
_NOT_UNDERSTOOD = got(502, {}, {"error": {"message": "not JSON"}})
_UNCODED = (_OFFER, got(200, {}, PIECES))
HOLDS_BROKEN_ANYWAY = trial(call(_UNCODED, gets=_NOT_UNDERSTOOD), call(_CAME, gets=_NOT_UNDERSTOOD))
BREAKS_OFFER = trial(call(_UNCODED, gets=got(200, {}, EVENTS)), call(_CAME, gets=_NOT_UNDERSTOOD))
