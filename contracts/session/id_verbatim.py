"""An id in a JSON body is compared verbatim (no trim, no re-case, no comma join, no
percent-decoding); one in a header field loses nothing but the optional white space around it; a
malformed or repeated one gives 400, never 5xx.

Repeated is an id in several header fields, or in the header and, differently, in the body.

Basis: RFC 9110 5.5.
Broken in: modelcontextprotocol/php-sdk#384 (malformed or repeated id, internal error),
rust-mcp-stack/rust-mcp-sdk#169 (oversize ids force look-ups), vaaraio/vaara#172 (padded ids fall on
one session), simonx1/ruby-mcp-client#162 (valid ids refused, stale id kept).
"""

import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from contracts.fields import SESSION_ID
from contracts.ledger.book import ledger_of
from contracts.ledger.entries import Update
from contracts.ledger.refusals import refusal
from contracts.ledger.standing import good_in_body, told, updates
from contracts.session_examples import ID, LATER_ID, NONE, stream, talk, update
from contracts.trace import Trace
from contracts.verdict import Finding, Need, contract


@contract(
    "MUST",
    applies="session",
    judges="service",
    needs=(
        Need(
            "an update with a variation of an id, or with one in the header",
            lambda trace: any(_variations(trace)) or any(_in_header(trace)),
        ),
    ),
)
def id_verbatim(trace: Trace) -> Iterator[Finding]:
    for one in _variations(trace):
        yield from refusal(ledger_of(trace), one)
    for one in _in_header(trace):
        if one.entry.status != 200:
            yield Finding(one.entry.wire.response, 200, one.entry.status, f"given was {told(one)}")


def _variations(trace: Trace) -> Iterator[Update]:
    """Updates that give an id more than once, or what folds to one of the ids of the run."""
    issued = ledger_of(trace).issued
    yield from updates(trace, "ambiguous")
    for one in updates(trace, "malformed"):
        texts = [_folded(value) for value in one.given if isinstance(value, str)]
        if any(known in text for text in texts for known in issued):
            yield one


def _in_header(trace: Trace) -> Iterator[Update]:
    """Those that give the right id in a header field alone, if the service takes it at all."""
    book = ledger_of(trace)
    for one in updates(trace, "right"):
        taken = one.entry.status == 200 or good_in_body(book, one)
        if not one.in_body and one.plain and taken:
            yield one


def _folded(value: str) -> str:
    """Without what services wrongly overlook: case, percent codes, width; padding and joins stay,
    around the id.
    """
    return unicodedata.normalize("NFKC", unquote(value)).casefold()


_ONE = stream("one")
_ODD = (f" {ID} ", ID.upper(), f"{ID}, {ID}", ID.replace("-", "%2D"), f"{ID}\0", f'"{ID}"')
_PAIR = [(SESSION_ID, ID), (SESSION_ID.lower(), ID)]
HOLDS = talk(
    _ONE,
    *(update(one, 400) for one in _ODD),
    update(NONE, 400, fields=_PAIR),
    update(ID, 400, fields={SESSION_ID: LATER_ID}),
    update(NONE, fields={SESSION_ID: ID}),
    update(ID, fields={SESSION_ID: ID}),
)
BREAKS = talk(_ONE, update(f" {ID} "))
BREAKS_CASE = talk(_ONE, update(ID.upper()))
BREAKS_WITH_500 = talk(_ONE, update(f"{ID}, {ID}", 500))
BREAKS_REPEATED = talk(_ONE, update(NONE, fields=_PAIR))
BREAKS_CONTRADICTED = talk(_ONE, update(ID, fields={SESSION_ID: LATER_ID}))
BREAKS_HEADER = talk(_ONE, update(), update(NONE, 400, fields={SESSION_ID: ID}))
