"""The fault kinds by name: what goes wrong, and where. Those of a leg come from the addons."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from harness.mitm import kinds

LEG = "client leg, upstream leg"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One entry of `proxytrial faults`; `at_risk` are the contracts that it may break."""

    name: str
    where: str
    what: str
    at_risk: tuple[str, ...] = ()


BY_STEPS = (
    FaultKind("header_permutations", "client", "case, order, repeats and omissions of headers"),
    FaultKind("credential_canaries", "client", "a canary in every header that holds credentials"),
    FaultKind("hop_by_hop", "client", "hop-by-hop fields and what Connection nominates"),
    FaultKind("session_id_variants", "client", "missing, padded, re-cased, foreign, unknown ids"),
    FaultKind("parallel_streams", "client", "two or many streams at once"),
    FaultKind("client_leaves", "client", "the client leaves in mid-stream, by FIN or RST"),
    FaultKind("client_leaves_early", "client", "the client leaves before the first event"),
    FaultKind("cross_origin", "client", "requests of a browser on another origin, and preflights"),
    FaultKind("edge_rules", "upstream", "a Cloudflare-like edge refuses by header rules"),
    FaultKind("error_status", "upstream", "4xx or 5xx, once or always, streaming or plain"),
    FaultKind("credential_refused", "upstream", "401, 403 or 429 for a credential"),
    FaultKind("rate_limited", "upstream", "429 or 503 with Retry-After in seconds or as a date"),
    FaultKind("redirect", "upstream", "301, 302, 303, 307 or 308 to another origin"),
    FaultKind("empty_stream", "upstream", "200 without a byte, or without content"),
    FaultKind("mislabelled_body", "upstream", "a body that is not what Content-Type says"),
    FaultKind("odd_response_headers", "upstream", "several Set-Cookie and other repeated fields"),
    FaultKind("error_event_late", "upstream", "an error event after content"),
    FaultKind("two_instances", "upstream", "two instances of the service, each with its sessions"),
    FaultKind("session_lost", "upstream", "expiry, deletion or restart: a known id is unknown"),
    FaultKind("cut", "upstream", "the stream breaks off: FIN without the last chunk, or RST"),
)


def catalogue() -> Iterator[FaultKind]:
    """Every kind that `--fault` can name."""
    yield from BY_STEPS
    for name, (made, _, at_risk) in sorted(kinds().items()):
        doc = (sys.modules[made.__module__].__doc__ or "").strip().split("\n\n")[0]
        yield FaultKind(name, LEG, " ".join(doc.split()), at_risk)
