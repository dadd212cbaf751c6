"""The unit of work: a hypothesis example that draws one request and gets one stream of 20 events.

Drawing is part of it, because that is how the suite works: what a chain costs matters only beside
the cost of making up something to send.
"""

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fakes.identities import CLIENT_USER_AGENT
from fakes.script import ok
from harness.case import Case, Fault, Pairs, Step

EVENTS = 20
Client = Literal["exact", "typical"]
HEADERS = (
    ("Host", "$host"),
    ("User-Agent", CLIENT_USER_AGENT),
    ("Accept", "text/event-stream"),
    ("Authorization", "Bearer $key"),
    ("Content-Type", "application/json"),
)
LEGS = tuple(
    Fault("strip_user_agent", where, {"names": ["X-Absent"]})
    for where in ("client leg", "upstream leg")
)
"""A fault that changes nothing, so that mitmproxy stands on both legs and nothing else differs."""


def cases(
    *, gated: bool = False, legs: bool = False, client: Client = "typical"
) -> st.SearchStrategy[Case]:
    """Made-up requests; `gated`: each event waits until the one before has passed."""
    replies, faults = (ok(EVENTS, gated=gated),), LEGS if legs else ()

    def case(body: str, extra: Pairs) -> Case:
        step = Step((*HEADERS, *extra), body, replies=replies, client=client)
        return Case("bench", "transparent", (step,), faults=faults)

    return st.builds(case, _bodies(), _extras())


def _bodies() -> st.SearchStrategy[str]:
    message = st.fixed_dictionaries({"role": st.just("user"), "content": st.text(max_size=40)})
    members: dict[str, st.SearchStrategy[Any]] = {
        "model": st.just("$model"),
        "stream": st.just(True),
        "temperature": st.floats(0, 2),
        "messages": st.lists(message, min_size=1, max_size=3),
    }
    return st.fixed_dictionaries(members).map(json.dumps)


def _extras() -> st.SearchStrategy[Pairs]:
    name = st.sampled_from(("X-Canary", "x-streaming-session-id", "Accept-Language"))
    value = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=24)
    return st.lists(st.tuples(name, value), max_size=3, unique_by=lambda pair: pair[0]).map(tuple)


KINDS = {
    "plain": cases(),
    "legs": cases(legs=True),
    "legs_exact": cases(legs=True, client="exact"),
    "gated_exact": cases(gated=True, legs=True, client="exact"),
}


def burst(strategy: st.SearchStrategy[Case], play: Callable[[Case], None], count: int) -> float:
    """Play so many examples; examples a second. Raises what `play` raises."""
    done = 0

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def example(case: Case) -> None:
        nonlocal done
        play(case)
        done += 1

    start = perf_counter()
    example()
    return done / (perf_counter() - start)
