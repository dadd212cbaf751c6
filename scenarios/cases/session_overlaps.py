"""Streams that run at once: of one chat session, of one user, of several, on two instances."""

from harness.case import Act, Fault
from scenarios.cases.session_flow import STORED, TOLD, session
from scenarios.talking import (
    arrive,
    balance,
    begin,
    create,
    delete,
    held,
    leave,
    login,
    read,
    release,
    right,
    stream,
    then,
    update,
)

APART = ("session.concurrent_streams_separate", "isolation.streams_separate", *TOLD)
AT_ONCE = (Fault("parallel_streams", "client"),)
USERS, STREAMS_EACH = 20, 10
CROWD = [f"user{number}" for number in range(1, USERS + 1)]

CASES = (
    session(
        "second_stream_of_a_session",
        *begin("user1"),
        stream("chat_user1", "user1", held(2)),
        then(stream("chat_user1", name="second"), release()),
        update("chat_user1"),
        read("chat_user1"),
        faults=AT_ONCE,
        probes=STORED,
    ),
    session(
        "two_sessions_of_a_user",
        *begin("user1"),
        create(name="other"),
        stream("chat_user1", "user1", held(2)),
        then(stream("other", "user1", held(2), name="second"), release(), release("second")),
        update("chat_user1"),
        update("other", given=right("second"), of="second"),
        read("chat_user1"),
        read("other"),
        faults=AT_ONCE,
        probes=(*APART, *STORED),
    ),
    session(
        "two_users",
        *begin("user1", "user2"),
        stream("chat_user1", "user1", held(2)),
        then(stream("chat_user2", "user2", held(2), name="theirs"), release("theirs"), release()),
        update("chat_user2", "user2", given=right("theirs"), of="theirs"),
        update("chat_user1"),
        read("chat_user1"),
        read("chat_user2", "user2"),
        faults=AT_ONCE,
        probes=(*APART, *STORED),
    ),
    session(
        "same_words_at_once",
        *begin("user1", "user2"),
        stream("chat_user1", "user1", held(1), text="same words, $nonce"),
        then(
            stream("chat_user2", "user2", held(1), name="theirs", text="same words, $nonce"),
            release(),
            release("theirs"),
        ),
        update("chat_user1"),
        update("chat_user2", "user2", given=right("theirs"), of="theirs"),
        faults=AT_ONCE,
        probes=APART,
    ),
    session(
        "left_while_another_runs",
        *begin("user1", "user2"),
        stream("chat_user1", "user1", held(2)),
        then(stream("chat_user2", "user2", held(2), name="theirs"), leave(), release("theirs")),
        stream("chat_user1", name="next"),
        update("chat_user2", "user2", given=right("theirs"), of="theirs"),
        update("chat_user1", given=right("next"), of="next"),
        faults=AT_ONCE,
        probes=(*APART, "session.not_expired_in_flight"),
    ),
    session(
        "reset_by_the_client",
        *begin("user1"),
        then(stream("chat_user1", "user1", held(2)), Act("reset", "s")),
        stream("chat_user1", name="next"),
        update("chat_user1", given=right("next"), of="next"),
        faults=(Fault("client_leaves", "client"),),
        probes=("session.not_expired_in_flight",),
    ),
    session(
        "deleted_while_it_runs",
        *begin("user1"),
        balance(),
        stream("chat_user1", "user1", held(2)),
        delete("chat_user1"),
        balance(),
        faults=(Fault("session_lost", "upstream"),),
        probes=("usage.early_end_rule",),
    ),
    session(
        "two_instances",
        *begin("user1", "user2"),
        stream("chat_user1"),
        stream("chat_user2", "user2", name="theirs"),
        login("user1", name="user1_again"),
        update("chat_user1", "user1_again"),
        update("chat_user2", "user2", given=right("theirs"), of="theirs"),
        read("chat_user1"),
        read("chat_user2", "user2"),
        faults=(Fault("two_instances", "upstream"),),
        probes=("session.affinity", *STORED),
        instances=2,
    ),
    session(
        "crowd",
        login("admin"),
        *(step for user in CROWD for step in arrive(user)),
        *(
            create(user, f"chat_{user}_{number}")
            for user in CROWD
            for number in range(1, STREAMS_EACH)
        ),
        *(
            stream(chat, user, name=f"s_{chat}", background=True)
            for user in CROWD
            for chat in (f"chat_{user}", *(f"chat_{user}_{n}" for n in range(1, STREAMS_EACH)))
        ),
        *(
            update(chat, user, given=right(f"s_{chat}"), of=f"s_{chat}")
            for user in CROWD
            for chat in (f"chat_{user}", *(f"chat_{user}_{n}" for n in range(1, STREAMS_EACH)))
        ),
        *(balance(user) for user in CROWD),
        *(read(f"chat_{user}", user) for user in CROWD),
        faults=AT_ONCE,
        heavy=True,
        probes=(*APART, *STORED),
    ),
)
