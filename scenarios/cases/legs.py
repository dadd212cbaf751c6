"""A bad network hop before or behind the target: what it does is no guilt of the target's."""

from typing import Any

from fakes.script import ok
from harness.case import Case, Fault, Where
from scenarios.asking import DIALECTS, case, chat, headers
from scenarios.cases.happy import MARKS

IDENTITY = ("identity.user_agent", "identity.accept")
REPORTED = ("identity.challenge_is_not_auth_error", "end.error_keeps_status")
CODED = ("headers.content_encoding_true",)
FORWARDED = ("headers.request_forwarded",)
HOPS = ("headers.hop_by_hop_removed",)

UPSTREAM_LEG: dict[str, tuple[str, ...]] = {
    "strip_user_agent": (*IDENTITY, *REPORTED),
    "strip_accept": (*IDENTITY, *REPORTED),
    "rewrite_headers": IDENTITY,
    "rename_header": IDENTITY,
    "duplicate_header": IDENTITY,
    "recase_headers": IDENTITY,
    "reorder_headers": IDENTITY,
    "hop_by_hop": IDENTITY,
    "challenge_page": REPORTED,
    "buffer_stream": ("end.stream_flag_respected",),
    "recode_gzip": CODED,
    "recode_br": CODED,
    "redirect": ("secrets.not_across_redirect",),
}
CLIENT_LEG: dict[str, tuple[str, ...]] = {
    "recase_headers": FORWARDED,
    "reorder_headers": FORWARDED,
    "duplicate_header": FORWARDED,
    "hop_by_hop": HOPS,
}


def _on(dialect: str, kind: str, where: Where, probes: tuple[str, ...]) -> Case:
    settings: dict[str, Any] = {}
    if kind == "redirect":
        settings = {"location": "$elsewhere/nextjs-api/stream/create-evaluation"}
    gated = kind == "buffer_stream"
    side = where.partition(" ")[0]
    return case(
        f"{kind}_on_{side}_leg",
        dialect,
        chat(dialect, ok(3, gated=gated, headers=MARKS), pairs=headers()),
        probes=probes,
        faults=(Fault(kind, where, settings),),
    )


CASES = tuple(
    made
    for dialect in DIALECTS
    for made in (
        *(_on(dialect, kind, "upstream leg", probes) for kind, probes in UPSTREAM_LEG.items()),
        *(
            _on(dialect, kind, "client leg", probes)
            for kind, probes in CLIENT_LEG.items()
            if dialect == "transparent" or kind == "hop_by_hop"
        ),
    )
)
