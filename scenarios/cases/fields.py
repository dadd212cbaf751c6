"""Header fields that a proxy must pass on, must not pass on, or must not merge."""

from fakes.script import Pairs, ok
from harness.case import Case, Fault
from scenarios.asking import DIALECTS, case, chat, headers
from scenarios.cases.happy import MARKS
from scenarios.cases.statuses import refusal

CANARIES: Pairs = (
    ("X-Trace-Canary", "trace-1"),
    ("anthropic-beta", "context-1m"),
    ("Last-Event-ID", "41"),
    ("Idempotency-Key", "idem-9c2f"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
)
ODD_NAMES: Pairs = (
    ("x_under_score", "legal, if not loved"),
    ("X-Caret^Tilde~", "every tchar is legal"),
)
HOPS: Pairs = (
    ("Connection", "keep-alive, X-Hop-Canary"),
    ("X-Hop-Canary", "one-hop"),
    ("Keep-Alive", "timeout=17, max=19"),
    ("Proxy-Connection", "keep-alive"),
    ("TE", "trailers, deflate;q=0.1"),
)
HOPS_BACK: Pairs = (
    ("Connection", "keep-alive, X-Hop-Answer"),
    ("X-Hop-Answer", "one-hop-back"),
    ("Keep-Alive", "timeout=23, max=29"),
)
REPEATED: Pairs = (
    ("Set-Cookie", "a=1; Expires=Wed, 18 Nov 2037 12:00:00 GMT"),
    ("Set-Cookie", "b=2; Path=/"),
    ("X-Repeated", "first"),
    ("X-Repeated", "second"),
    *MARKS,
)
CREDENTIALS: Pairs = (
    ("X-Api-Key", "canary-x-api-key-11"),
    ("Api-Key", "canary-api-key-12"),
    ("X-Goog-Api-Key", "canary-goog-13"),
    ("Proxy-Authorization", "Basic canary-proxy-14"),
    ("Cookie", "session=canary-cookie-15"),
)
TWICE: Pairs = (("X-Twice", "one"), ("X-Twice", "two"))


def _both_modes(
    name: str, dialect: str, asks: Pairs, probe: str, *faults: Fault, answer: Pairs = MARKS
) -> Case:
    """The same fields on a stream and on a plain request."""
    steps = (
        chat(
            dialect,
            ok(headers=answer),
            stream=stream,
            pairs=headers(stream=stream, extra=asks),
        )
        for stream in (True, False)
    )
    return case(name, dialect, *steps, probes=(probe,), faults=faults)


PERMUTED = Fault("header_permutations", "client")
FORWARDED = "headers.request_forwarded"
HOP_FAULTS = (Fault("hop_by_hop", "client"), Fault("hop_by_hop", "upstream"))

CASES = (
    _both_modes("canaries", "transparent", CANARIES, FORWARDED, PERMUTED),
    _both_modes("odd_field_names", "transparent", ODD_NAMES, FORWARDED, PERMUTED),
    *(
        _both_modes(
            "hop_by_hop_fields",
            dialect,
            HOPS,
            "headers.hop_by_hop_removed",
            *HOP_FAULTS,
            answer=(*HOPS_BACK, *MARKS),
        )
        for dialect in DIALECTS
    ),
    *(
        _both_modes(
            "repeated_fields",
            dialect,
            TWICE,
            "headers.repeated_fields_separate",
            Fault("odd_response_headers", "upstream"),
            answer=REPEATED,
        )
        for dialect in DIALECTS
    ),
    _both_modes(
        "credential_canaries",
        "arena",
        CREDENTIALS,
        "secrets.client_credential_stops",
        Fault("credential_canaries", "client"),
    ),
    case(
        "idempotency_key",
        "arena",
        chat(
            "arena",
            refusal(403),
            ok(headers=MARKS),
            pairs=headers(extra=(("Idempotency-Key", "idem-9c2f"),)),
        ),
        probes=("retry.fresh_ids",),
    ),
)
