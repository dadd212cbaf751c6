"""Each rule of the edge fires: what does the target make of a refusal not the provider's own?"""

from collections.abc import Iterator

import msgspec

from fakes.edge import ARENA, EdgePolicy, block_page, challenge_page
from fakes.identities import CLIENT_USER_AGENT
from fakes.script import ok
from harness.case import Case, Fault, Pairs
from scenarios.asking import DIALECTS, case, chat, headers, modes
from scenarios.cases.happy import MARKS

RULES = Fault("edge_rules", "upstream")
CHALLENGED = (
    "identity.challenge_is_not_auth_error",
    "end.error_keeps_status",
    "retry.bounded",
    "secrets.not_in_errors",
)


def _arena(**policy: object) -> EdgePolicy:
    return msgspec.structs.replace(ARENA, **policy)


def _ruled(name: str, edge: EdgePolicy, *probes: str, stream: bool = True) -> Case:
    """One request under this policy, then one that the edge lets pass."""
    return case(
        f"edge_{name}_{modes(stream)}",
        "arena",
        chat("arena", ok(headers=MARKS), stream=stream, edge=edge),
        chat("arena", ok(headers=MARKS), stream=stream),
        probes=probes or CHALLENGED,
        faults=(RULES,),
        isolated="banned" in name,
    )


def _asks_badly(name: str, pairs: Pairs) -> Case:
    """Behind a transparent proxy the client's own headers are judged, and the refusal is its."""
    return case(
        f"edge_{name}",
        "transparent",
        chat("transparent", ok(headers=MARKS), pairs=pairs),
        probes=("identity.user_agent", "identity.accept", "end.error_keeps_status"),
        faults=(RULES,),
    )


def _page(dialect: str, kind: str, status: int, stream: bool) -> Case:
    page = challenge_page(status) if kind == "challenge" else block_page(status)
    return case(
        f"{kind}_{status}_{modes(stream)}",
        dialect,
        chat(dialect, page, stream=stream),
        chat(dialect, ok(headers=MARKS), stream=stream),
        probes=(*CHALLENGED, "end.content_type_true"),
        faults=(RULES,),
    )


def _cases() -> Iterator[Case]:
    for stream in (True, False):
        yield _ruled("clearance_expired", _arena(clearance_expired=True), stream=stream)
        yield _ruled("body_too_large", _arena(max_body=16), stream=stream)
        rotates = ("retry.rotates_credential", "retry.failover_before_content")
        yield _ruled("banned_once", _arena(banned=1), *rotates, stream=stream)
        exhausted = ("retry.exhausted_reports_upstream", "end.error_keeps_status")
        yield _ruled("banned_always", _arena(banned=3), *exhausted, stream=stream)
        for dialect in DIALECTS:
            yield _page(dialect, "challenge", 403, stream)
            yield _page(dialect, "challenge", 503, stream)
            yield _page(dialect, "block", 403, stream)
    yield _asks_badly("no_user_agent", headers(without=["User-Agent"]))
    yield _asks_badly("empty_user_agent", headers(extra=(("User-Agent", ""),)))
    yield _asks_badly("library_user_agent", headers(extra=(("User-Agent", "curl/8.5.0"),)))
    twice = (("User-Agent", CLIENT_USER_AGENT), ("User-Agent", "second/1.0"))
    yield _asks_badly("two_user_agents", headers(extra=twice))
    yield _asks_badly("accept_json_on_stream", headers(accept="application/json"))


def _accepts(dialect: str, accept: str, name: str, stream: bool) -> Case:
    """No proxy refuses a client for its Accept."""
    edge = ARENA if dialect == "arena" else EdgePolicy(accept=False)
    return case(
        f"accept_{name}_{modes(stream)}",
        dialect,
        chat(
            dialect,
            ok(headers=MARKS),
            stream=stream,
            pairs=headers(stream=stream, accept=accept),
            edge=edge,
        ),
        probes=("identity.accept", "end.stream_flag_respected"),
    )


VARIANTS = (
    ("text/event-stream", "event_stream"),
    ("application/json", "json"),
    ("*/*", "anything"),
)


def _rate() -> Iterator[Case]:
    """One request a credential: the second is answered 429, as JSON or as a challenge page."""
    for name, policy in (
        ("json", _arena(stream_rate=1)),
        ("page", _arena(stream_rate=1, rate_page=True)),
    ):
        yield case(
            f"edge_rate_{name}",
            "arena",
            *(chat("arena", ok(headers=MARKS), edge=policy) for _ in range(4)),
            probes=("retry.bounded", "retry.honours_retry_after"),
            faults=(RULES,),
        )


CASES = (
    *_cases(),
    *_rate(),
    *(
        _accepts(dialect, accept, name, stream)
        for dialect in DIALECTS
        for accept, name in VARIANTS
        for stream in (True, False)
    ),
)
