"""How the client asks: steps of a case, with the headers that a browser-like client sends."""

import json
from collections.abc import Sequence
from typing import Any

from contracts.record import Intent
from fakes.edge import ARENA, EdgePolicy
from fakes.identities import CLIENT_USER_AGENT
from fakes.script import Reply, ok
from harness.case import Case, Flag, Pairs, Step

DIALECTS = ("arena", "transparent")
MESSAGES = [{"role": "user", "content": "hello $nonce"}]
EDGES = {"arena": ARENA, "transparent": EdgePolicy()}


def headers(
    *, stream: bool = True, accept: str = "", extra: Pairs = (), without: Sequence[str] = ()
) -> Pairs:
    """A browser-like client's header pairs, in its order."""
    wanted = accept or ("text/event-stream" if stream else "application/json")
    pairs = (
        ("Host", "$host"),
        ("User-Agent", CLIENT_USER_AGENT),
        ("Accept", wanted),
        ("Accept-Encoding", "identity"),
        ("Authorization", "Bearer $key"),
        ("Content-Type", "application/json"),
    )
    dropped = {name.lower() for name in (*without, *(name for name, _ in extra))}
    return (*(pair for pair in pairs if pair[0].lower() not in dropped), *extra)


def body(flag: Flag = "true", **members: Any) -> str:
    """A chat request's JSON; `flag` says how the member stream is given."""
    asked: dict[str, Any] = {"model": "$model", "messages": MESSAGES}
    if flag != "omitted":
        asked["stream"] = flag == "true"
    return json.dumps(asked | members)


def chat(
    dialect: str,
    *replies: Reply,
    stream: bool = True,
    flag: Flag | None = None,
    pairs: Pairs | None = None,
    edge: EdgePolicy | None = None,
    **more: Any,
) -> Step:
    """A good request, and what the upstream answers to it (three pieces, if not said)."""
    said: Flag = flag or ("true" if stream else "false")
    return Step(
        headers=pairs if pairs is not None else headers(stream=stream),
        body=more.pop("text", "") or body(said),
        stream=stream,
        stream_flag=said,
        replies=replies or (ok(),),
        edge=EDGES[dialect] if edge is None else edge,
        **more,
    )


def refused(dialect: str, text: str, pairs: Pairs | None = None, *, intent: Intent) -> Step:
    """A request that the target should refuse by itself."""
    return Step(
        headers=headers() if pairs is None else pairs,
        body=text,
        intent=intent,
        edge=EDGES[dialect],
    )


def case(name: str, dialect: str, *steps: Step, probes: Sequence[str] = (), **more: Any) -> Case:
    """A case; probes that do not speak to the dialect are left out."""
    from contracts.judge import discover

    known = discover()
    heard = tuple(p for p in probes if p not in known or known[p].speaks_to(dialect))
    return Case(name, dialect, steps, heard, **more)


def modes(stream: bool) -> str:
    return "stream" if stream else "plain"
