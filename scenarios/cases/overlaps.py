"""Two requests at once, with the same opening and the same request id."""

from fakes.script import Finish, Hold, Reply, Say
from harness.case import Act, Case, Fault
from scenarios.asking import DIALECTS, case, chat, headers

SAME_ID = (("X-Request-Id", "req-7f3a"),)
HELD = Reply(body=(Say(gated=True), Hold(), Say(gated=True), Finish()))
AT_ONCE = (Fault("parallel_streams", "client"),)
PROBES = ("isolation.streams_separate",)


def _overlapping(dialect: str, second_is_stream: bool) -> Case:
    pairs = headers(extra=SAME_ID)
    plain = headers(stream=False, extra=SAME_ID)
    return case(
        "two_streams_at_once" if second_is_stream else "plain_beside_a_stream",
        dialect,
        chat(dialect, HELD, pairs=pairs, name="first"),
        chat(
            dialect,
            *((HELD,) if second_is_stream else ()),
            stream=second_is_stream,
            pairs=pairs if second_is_stream else plain,
            name="second",
            then=(Act("release", "first"), Act("release", "second")),
        ),
        probes=PROBES,
        faults=AT_ONCE,
    )


def _many(dialect: str) -> Case:
    return case(
        "ten_streams_at_once",
        dialect,
        *(chat(dialect, pairs=headers(extra=SAME_ID), background=True) for _ in range(10)),
        probes=PROBES,
        faults=AT_ONCE,
    )


CASES = tuple(
    made
    for dialect in DIALECTS
    for made in (_overlapping(dialect, True), _overlapping(dialect, False), _many(dialect))
)
