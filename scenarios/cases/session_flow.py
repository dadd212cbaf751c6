"""The flow of the session services, from the health of all three to the end of the chat session."""

from typing import Any

from fakes.script import ok
from harness.case import Case, Fault, Step
from scenarios.asking import case
from scenarios.talking import (
    RESTART,
    ask,
    balance,
    begin,
    create,
    credit,
    delete,
    held,
    leave,
    let_pass,
    login,
    models,
    read,
    release,
    stream,
    then,
    update,
)

TOLD = ("session.id_survives", "session.id_not_invented", "session.id_stays_on_its_leg")
STORED = ("session.correct_id_accepted",)
REFUSED = ("session.mismatch_relayed", "session.expected_id_not_leaked")
TIMELY = ("timing.events_not_held", "timing.head_before_first_event")
LOST = (Fault("session_lost", "upstream"),)
WELL_FORMED = '"stream-1700000000000-0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"'
HEALTH = ("/api/auth/health", "/api/credits/health", "/api/health")


def session(name: str, *steps: Step, **more: Any) -> Case:
    return case(name, "session", *steps, **more)


CASES = (
    session(
        "seed_flow",
        *(ask("GET", path) for path in HEALTH),
        login("user1"),
        login("admin"),
        credit(),
        create(),
        models(),
        stream("chat", "user1", ok(5, gated=True)),
        update("chat"),
        stream("chat", name="second"),
        update("chat", given=WELL_FORMED, of="second"),
        read("chat"),
        delete("chat"),
        read("chat"),
        probes=(*TOLD, *STORED, *REFUSED, "session.unknown_id_rejected", TIMELY[0]),
    ),
    session(
        "stream_without_event_stream_in_accept",
        *begin("user1"),
        stream("chat_user1", accept="*/*"),
        update("chat_user1"),
        read("chat_user1"),
        probes=(*TOLD, *STORED),
    ),
    session(
        "two_streams_after_each_other",
        *begin("user1"),
        stream("chat_user1"),
        update("chat_user1"),
        stream("chat_user1", name="second"),
        update("chat_user1", given='"${second.id}"', of="second"),
        read("chat_user1"),
        probes=(*TOLD, *STORED),
    ),
    session(
        "second_update",
        *begin("user1"),
        stream("chat_user1"),
        update("chat_user1"),
        balance(),
        update("chat_user1", text="something else"),
        balance(),
        read("chat_user1"),
        probes=(*STORED, "session.update_is_idempotent"),
    ),
    session(
        "restart",
        *begin("user1"),
        then(stream("chat_user1"), RESTART),
        update("chat_user1"),
        read("chat_user1"),
        faults=LOST,
        probes=STORED,
    ),
    session(
        "update_while_it_runs",
        *begin("user1"),
        stream("chat_user1", "user1", held(2)),
        then(update("chat_user1"), release()),
        read("chat_user1"),
        probes=STORED,
    ),
    session(
        "no_credits",
        login("admin"),
        login("user1"),
        create(),
        stream("chat"),
        credit(),
        stream("chat", name="paid"),
        update("chat", given='"${paid.id}"', of="paid"),
        read("chat"),
        probes=STORED,
    ),
    session(
        "expired",
        *begin("user1"),
        then(stream("chat_user1"), let_pass(3600)),
        login("user1", name="again"),
        update("chat_user1", "again"),
        read("chat_user1", "again"),
        faults=LOST,
        probes=("session.unknown_id_rejected", *REFUSED),
    ),
    session(
        "deleted",
        *begin("user1"),
        stream("chat_user1"),
        delete("chat_user1"),
        update("chat_user1"),
        read("chat_user1"),
        faults=LOST,
        probes=("session.unknown_id_rejected",),
    ),
    session(
        "time_passes_while_it_runs",
        *begin("user1"),
        stream("chat_user1", name="before"),
        update("chat_user1", given='"${before.id}"', of="before"),
        then(stream("chat_user1", "user1", held(2)), let_pass(3600), release()),
        login("user1", name="again"),
        update("chat_user1", "again"),
        read("chat_user1", "again"),
        faults=LOST,
        probes=("session.not_expired_in_flight",),
    ),
    session(
        "time_passes_a_little",
        *begin("user1"),
        then(stream("chat_user1"), let_pass(600)),
        update("chat_user1"),
        read("chat_user1"),
        probes=STORED,
    ),
    *(
        session(
            f"left_{how}",
            *begin("user1"),
            models(),
            balance(),
            then(stream("chat_user1", "user1", held(chunks)), leave()),
            balance(),
            stream("chat_user1", name="next"),
            update("chat_user1", given='"${next.id}"', of="next"),
            balance(),
            read("chat_user1"),
            probes=("session.not_expired_in_flight", "usage.early_end_rule", *STORED),
            faults=(Fault(kind, "client"),),
        )
        for how, chunks, kind in (
            ("before_the_first_event", 0, "client_leaves_early"),
            ("after_two_events", 2, "client_leaves"),
        )
    ),
)
