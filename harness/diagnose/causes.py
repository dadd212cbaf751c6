"""The root causes of "Streaming session ID mismatch" as one table; the first rule that shows wins.

Pure: a rule reads the evidence of a walk and returns the lines that speak for its cause, or none.
The order is that of the flow: what the service sends and keeps, what a proxy makes of it, what the
client makes of it, and last what a browser lets a page read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.diagnose import signs
from harness.diagnose.evidence import Evidence, Step, Verdict
from harness.diagnose.notes import noticed

EXTRACTION, NAME = "missing extraction", "header name mismatch"
CASE, FALLBACK = "case sensitivity", "fallback id generation"
EXPIRATION, STORAGE, RACE = "session expiration", "id storage", "race condition"
PROXIES, CORS = "headers modified by proxies", "CORS configuration"


PROXIED = ("session.id_survives", "session.id_not_invented", "headers.response_forwarded")
BROWSER = (
    ("a page cannot read", "cors.actual_response_exposes_id"),
    ("Access-Control-Allow-Origin", "cors.single_origin"),
    ("preflight", "cors.preflight_allows"),
)  # words of a proxy's evidence, and the contract that judges the same


@dataclass(frozen=True, slots=True)
class Rule:
    """A cause, the evidence for it, what to do, and the contracts that judge the same."""

    cause: str
    shows: Callable[[Evidence], Iterator[str]]
    fix: str
    contracts: tuple[str, ...]


RULES: tuple[Rule, ...] = (
    Rule(
        NAME,
        signs.renamed,
        "Agree on one header name. Mend the service, or the hop that renamed it; until then read "
        "the name that is really sent (id_header in --map).",
        ("session.id_survives", "session.correct_id_accepted"),
    ),
    Rule(
        PROXIES,
        signs.repeated,
        "Find the hop that adds the field again: service, framework or gateway, only one of them "
        "may set it. Ask the service itself with --base-url and put the proxy into --through.",
        ("session.id_survives",),
    ),
    Rule(
        RACE,
        signs.raced,
        "Commit the stream's record before the head of the answer goes out, or at the latest "
        "before the last event. A pause in the client hides the race and does not mend it.",
        ("session.correct_id_accepted",),
    ),
    Rule(
        STORAGE,
        signs.unchecked,
        "Store the id with the stream's record, in a transaction that is committed, and compare "
        "each update with the id of the session's latest stream, not with a pattern.",
        ("session.foreign_id_rejected", "session.unknown_id_rejected"),
    ),
    Rule(
        CASE,
        signs.recased_by_service,
        "Compare ids character by character. Only names of header fields know no letter case; "
        "their values, and so the ids, do.",
        ("session.id_verbatim", "session.malformed_id_rejected"),
    ),
    Rule(
        STORAGE,
        signs.loose,
        "Accept a JSON string that equals the stored id, and nothing else: no trimming, no lists, "
        "no other types.",
        ("session.id_verbatim", "session.malformed_id_rejected"),
    ),
    Rule(
        STORAGE,
        signs.never_stored,
        "The id that was sent is not the one that the service compares with. Log both at the "
        "update, with their types, and look where the record is written: transaction not "
        "committed, other instance's memory, cache.",
        ("session.correct_id_accepted", "session.affinity"),
    ),
    Rule(
        EXPIRATION,
        signs.expired,
        "Count an id's lifetime from the end of its stream, never while it runs, and let it be "
        "longer than a client may need to send the whole answer.",
        ("session.not_expired_in_flight", "session.unknown_id_rejected"),
    ),
    Rule(
        STORAGE,
        signs.overtaken,
        "Keep an id for each stream, or refuse a second stream of a session while one runs (409): "
        "the id of a running stream must not be taken away by another.",
        ("session.correct_id_accepted",),
    ),
    Rule(
        PROXIES,
        signs.modified,
        "Let the proxy hand on the id and the Access-Control fields as they came, once each, on "
        "streams and on errors: look for allow-lists, header rewriting and caching.",
        PROXIED,
    ),
    Rule(
        CASE,
        signs.one_spelling,
        "Look the header up without regard to letter case: names have none (RFC 9110 5.1), and "
        "servers and HTTP/2 send them in lower case. Use the library's own header mapping.",
        ("session.id_survives",),
    ),
    Rule(
        CASE,
        signs.recased_by_client,
        "Send the id back as it came. Header names know no letter case; values do.",
        ("session.id_verbatim",),
    ),
    Rule(
        FALLBACK,
        signs.made_up,
        "Do not make an id up: whatever its form, the service never issued it. Without the header "
        "stop with an error that shows all header fields.",
        ("session.foreign_id_rejected", "session.id_not_invented"),
    ),
    Rule(
        EXTRACTION,
        signs.not_extracted,
        "Read the header from the stream's answer as soon as its head is there, keep it until the "
        "last event, and send exactly that string as a member of the update.",
        ("session.malformed_id_rejected",),
    ),
    Rule(
        CORS,
        signs.unexposed,
        "Send Access-Control-Allow-Origin once, and Access-Control-Expose-Headers with the id's "
        "name, on the stream itself, and answer preflights with the header fields that are used.",
        ("cors.actual_response_exposes_id", "cors.preflight_allows", "cors.single_origin"),
    ),
)

UNKNOWN = "No known cause fits. Look at these steps; --client COMMAND and --through URL try more."


def verdict(seen: Evidence, steps: Sequence[Step]) -> Verdict:
    """The first rule that shows; without one, all is well only if no step was bad."""
    for rule in RULES:
        if lines := tuple(rule.shows(seen)):
            contracts = _judges(rule, lines)
            return Verdict("cause found", rule.cause, lines, rule.fix, contracts, noticed(seen))
    bad = tuple(f"{step.name}: {step.saw}" for step in steps if step.outcome == "bad")
    if bad:
        return Verdict("cannot tell", "", (*_why(seen), *bad), UNKNOWN, (), noticed(seen))
    return Verdict("all well", notes=noticed(seen))


def _judges(rule: Rule, lines: Sequence[str]) -> tuple[str, ...]:
    """The contracts of the rule; for a proxy those that its lines speak of."""
    if rule.contracts != PROXIED:
        return rule.contracts
    told = {line: [one for words, one in BROWSER if words in line][:1] for line in lines}
    browser = tuple(dict.fromkeys(one for found in told.values() for one in found))
    return (*(PROXIED if not all(told.values()) else ()), *browser)


def _why(seen: Evidence) -> Iterator[str]:
    if seen.own_run and seen.own_run.kind == "no update":
        yield "your client never updated"
