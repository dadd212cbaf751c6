"""Nothing goes wrong: a stream, a plain answer, and both after each other."""

from fakes.script import Finish, HeadGate, Reply, Say, ok
from scenarios.asking import DIALECTS, case, chat

MARKS = (
    ("x-request-id", "req-7f3a"),
    ("x-ratelimit-remaining-requests", "29"),
    ("Cache-Control", "no-cache"),
)
IDENTITY = ("identity.user_agent", "identity.accept", "identity.cookies")
ALWAYS = (
    *IDENTITY,
    "headers.request_forwarded",
    "retry.bounded",
    "secrets.client_credential_stops",
    "end.stream_flag_respected",
    "end.content_type_true",
)

CASES = (
    *(
        case(
            "stream_ok",
            dialect,
            chat(dialect, ok(5, gated=True, headers=MARKS)),
            probes=(*ALWAYS, "timing.events_not_held", "headers.stream_not_cacheable"),
        )
        for dialect in DIALECTS
    ),
    *(
        case("plain_ok", dialect, chat(dialect, ok(headers=MARKS), stream=False), probes=ALWAYS)
        for dialect in DIALECTS
    ),
    *(
        case(
            "flag_omitted",
            dialect,
            chat(dialect, ok(headers=MARKS), stream=False, flag="omitted"),
            probes=("end.stream_flag_respected", "end.content_type_true"),
        )
        for dialect in DIALECTS
    ),
    *(
        case(
            "typical_client",
            dialect,
            chat(dialect, ok(3, gated=True, headers=MARKS), client="typical"),
            probes=("timing.events_not_held", "end.content_type_true"),
        )
        for dialect in DIALECTS
    ),
    case(
        "head_first",
        "transparent",
        chat("transparent", Reply(headers=MARKS, body=(HeadGate(), Say(), Finish()))),
        probes=("timing.head_before_first_event",),
    ),
    case(
        "two_requests",
        "arena",
        chat("arena", ok(headers=MARKS)),
        chat("arena", ok(headers=MARKS), stream=False),
        probes=("retry.fresh_ids", "identity.cookies"),
    ),
)
