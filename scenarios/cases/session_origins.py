"""A browser on another origin: what it may read, and what its preflight allows."""

from harness.case import Fault
from scenarios.cases.session_flow import WELL_FORMED, session
from scenarios.talking import ORIGIN, begin, path, preflight, read, stream, update

EXPOSED = ("cors.actual_response_exposes_id", "cors.single_origin")
ELSEWHERE = (Fault("cross_origin", "client"),)

CASES = (
    session(
        "from_another_origin",
        *begin("user1"),
        preflight(path("chat_user1", "/stream")),
        stream("chat_user1", origin=ORIGIN),
        preflight(path("chat_user1", "/update-stream")),
        update("chat_user1", given=WELL_FORMED, origin=ORIGIN),
        update("chat_user1", origin=ORIGIN),
        read("chat_user1"),
        faults=ELSEWHERE,
        probes=(*EXPOSED, "cors.preflight_allows"),
    ),
    session(
        "preflight_for_everything",
        *begin("user1"),
        preflight(
            path("chat_user1", "/stream"),
            wanted=("authorization", "content-type", "x-streaming-session-id", "last-event-id"),
        ),
        preflight(path("chat_user1"), "DELETE", ("authorization",)),
        faults=ELSEWHERE,
        probes=("cors.preflight_allows", "cors.single_origin"),
    ),
)
