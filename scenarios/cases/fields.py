"""Header fields that a proxy must pass on, must not pass on, or must not merge."""

from fakes.script import Pairs, ok
from harness.case import Fault
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
MODES = (True, False)


CASES = (
    case(
        "canaries",
        "transparent",
        *(
            chat(
                "transparent",
                ok(headers=MARKS),
                stream=stream,
                pairs=headers(stream=stream, extra=CANARIES),
            )
            for stream in MODES
        ),
        probes=("headers.request_forwarded",),
        faults=(Fault("header_permutations", "client"),),
    ),
    *(
        case(
            "hop_by_hop_fields",
            dialect,
            *(
                chat(
                    dialect,
                    ok(headers=(*HOPS_BACK, *MARKS)),
                    stream=stream,
                    pairs=headers(stream=stream, extra=HOPS),
                )
                for stream in MODES
            ),
            probes=("headers.hop_by_hop_removed",),
            faults=(Fault("hop_by_hop", "client"), Fault("hop_by_hop", "upstream")),
        )
        for dialect in DIALECTS
    ),
    *(
        case(
            "repeated_fields",
            dialect,
            *(
                chat(
                    dialect,
                    ok(headers=REPEATED),
                    stream=stream,
                    pairs=headers(stream=stream, extra=(("X-Twice", "one"), ("X-Twice", "two"))),
                )
                for stream in MODES
            ),
            probes=("headers.repeated_fields_separate",),
            faults=(Fault("odd_response_headers", "upstream"),),
        )
        for dialect in DIALECTS
    ),
    case(
        "credential_canaries",
        "arena",
        *(
            chat(
                "arena",
                ok(headers=MARKS),
                stream=stream,
                pairs=headers(stream=stream, extra=CREDENTIALS),
            )
            for stream in MODES
        ),
        probes=("secrets.client_credential_stops",),
        faults=(Fault("credential_canaries", "client"),),
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
