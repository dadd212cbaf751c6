"""Every id that an update may bear: malformed ones, foreign ones, and those of somebody else."""

from fakes.script import Fail, Reply, Say
from harness.case import Fault
from scenarios.cases.session_flow import REFUSED, STORED, TOLD, WELL_FORMED, session
from scenarios.talking import (
    ask,
    balance,
    bearer,
    begin,
    create,
    delete,
    models,
    path,
    read,
    right,
    stream,
    update,
)

MALFORMED = {
    "missing": "",
    "null": "null",
    "empty": '""',
    "blank": '" "',
    "wrong_format": '"incorrect-format"',
    "timestamp_only": '"stream-12345"',
    "timestamp_of_the_right_one": '"${s.id|timestamp}"',
    "word_for_uuid": '"stream-12345-uuid"',
    "number": "12345",
    "boolean": "true",
    "list": '["${s.id}"]',
    "object": '{"id": "${s.id}"}',
    "padded": '" ${s.id} "',
    "tab_and_newline": '"\\t${s.id}\\n"',
    "upper_case": '"${s.id|upper}"',
    "swapped_case": '"${s.id|swapcase}"',
    "without_dashes": '"${s.id|undashed}"',
    "backwards": '"${s.id|reverse}"',
    "joined": '"${s.id}, ${s.id}"',
    "percent_encoded": '"${s.id|percent}"',
    "homoglyph": '"${s.id|homoglyph}"',
    "full_width": '"${s.id|fullwidth}"',
    "zero_width": '"\\u200b${s.id}"',
    "nul": '"${s.id}\\u0000"',
    "line_end": '"${s.id}\\r\\nX-Streaming-Session-Id: x"',
    "lone_surrogate": '"\\ud800${s.id}"',
    "long": f'"stream-1-{"0" * 65_536}"',
    "quoted": '"\\"${s.id}\\""',
}
IN_HEADERS = {
    "in_a_header": (("X-Streaming-Session-Id", "${s.id}"),),
    "in_a_padded_header": (("X-Streaming-Session-Id", "  ${s.id}  "),),
    "in_a_header_in_upper_case": (("X-Streaming-Session-Id", "${s.id|upper}"),),
    "in_a_header_percent_encoded": (("X-Streaming-Session-Id", "${s.id|percent}"),),
    "in_a_joined_header": (("X-Streaming-Session-Id", "${s.id}, ${s.id}"),),
    "in_two_headers": (
        ("X-Streaming-Session-Id", "${s.id}"),
        ("X-Streaming-Session-Id", "${s.id}"),
    ),
}
VARIANTS = (Fault("session_id_variants", "client"),)
OWNER = ("session.owner_only",)
FOREIGN = ("session.foreign_id_rejected", *REFUSED)

CASES = (
    session(
        "malformed_ids",
        *begin("user1"),
        stream("chat_user1"),
        *(update("chat_user1", given=given) for given in MALFORMED.values()),
        read("chat_user1"),
        update("chat_user1"),
        read("chat_user1"),
        faults=VARIANTS,
        probes=("session.malformed_id_rejected", "session.id_verbatim", *REFUSED, *STORED),
    ),
    *(
        session(
            f"id_{name}",
            *begin("user1"),
            stream("chat_user1"),
            update("chat_user1"),
            update("chat_user1", given="", extra=pairs),
            read("chat_user1"),
            faults=VARIANTS,
            probes=("session.id_verbatim", "session.id_stays_on_its_leg"),
        )
        for name, pairs in IN_HEADERS.items()
    ),
    session(
        "id_of_another_session",
        *begin("user1"),
        create(name="other"),
        stream("other", name="theirs"),
        stream("chat_user1"),
        update("chat_user1", given=right("theirs")),
        read("chat_user1"),
        update("chat_user1"),
        update("other", given=right("theirs"), of="theirs"),
        read("chat_user1"),
        faults=VARIANTS,
        probes=(*FOREIGN, *STORED),
    ),
    session(
        "id_of_another_user",
        *begin("user1", "user2"),
        stream("chat_user2", "user2", name="theirs"),
        stream("chat_user1"),
        update("chat_user1", given=right("theirs")),
        read("chat_user1"),
        update("chat_user1"),
        faults=VARIANTS,
        probes=(*FOREIGN, *OWNER, *STORED),
    ),
    session(
        "id_of_an_earlier_stream",
        *begin("user1"),
        stream("chat_user1", name="earlier"),
        stream("chat_user1"),
        update("chat_user1", given=right("earlier")),
        read("chat_user1"),
        update("chat_user1"),
        read("chat_user1"),
        faults=VARIANTS,
        probes=(*FOREIGN, *STORED),
    ),
    session(
        "unknown_id",
        *begin("user1"),
        stream("chat_user1"),
        update("chat_user1", given=WELL_FORMED),
        update("chat_user1", given='"stream-1700000000000-0f0f0f0f"'),
        read("chat_user1"),
        faults=VARIANTS,
        probes=("session.unknown_id_rejected", *REFUSED),
    ),
    session(
        "session_of_another_user",
        *begin("user1", "user2"),
        stream("chat_user1"),
        read("chat_user1", "user2"),
        update("chat_user1", "user2"),
        stream("chat_user1", "user2", name="intruder"),
        delete("chat_user1", "user2"),
        read("chat_user1"),
        update("chat_user1"),
        faults=VARIANTS,
        probes=(*OWNER, *STORED),
    ),
    session(
        "without_access_token",
        *begin("user1"),
        stream("chat_user1"),
        update("chat_user1", by=""),
        *(
            update("chat_user1", pairs=bearer(token))
            for token in ("${user1.json:refreshToken}", "forged", "${user1.token|reverse}")
        ),
        read("chat_user1"),
        update("chat_user1"),
        faults=VARIANTS,
        probes=OWNER,
    ),
    *(
        session(
            f"model_fails_after_{chunks}",
            *begin("user1"),
            models(),
            balance(),
            stream(
                "chat_user1",
                "user1",
                Reply(body=(*(Say() for _ in range(chunks)), Fail())),
            ),
            balance(),
            faults=(Fault("error_event_late", "upstream"),),
            probes=("usage.early_end_rule", *TOLD),
        )
        for chunks in (0, 2)
    ),
    session(
        "nothing_to_do_with_streams",
        *begin("user1"),
        ask("GET", "/api/nothing", "user1"),
        ask("POST", path("chat_user1", "/stream"), "user1", "not json"),
        ask("POST", path("chat_user1", "/stream"), "user1", {"message": 1}),
        read("chat_user1"),
        probes=("end.error_keeps_status",),
    ),
)
