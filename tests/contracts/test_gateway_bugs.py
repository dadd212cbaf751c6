"""Each bug of the gateway before the session services breaks what it breaks itself."""

import pytest

from contracts.fields import ALLOW_ORIGIN, SESSION_ID
from contracts.record import Declares
from contracts.session_examples import (
    CORS,
    EVENTS,
    ID,
    JSON,
    MISMATCH,
    ORIGIN,
    UNKNOWN_ID,
    asked,
    relayed,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import Call, call, got
from tests.contracts.breaches import broken

ONE = stream("one")
SENT = saying("one")
KEPT = "headers.response_forwarded"  # what is lost or changed is an end-to-end field as well
BUGS: dict[str, tuple[Call, set[str]]] = {
    "dropped": (stream("one", gets=got(200, EVENTS, SENT)), {"session.id_survives", KEPT}),
    "repeated": (
        stream("one", gets=got(200, [*EVENTS.items(), *[(SESSION_ID, ID)] * 2], SENT)),
        {"session.id_survives", KEPT},
    ),
    "joined": (
        stream("one", gets=got(200, {**EVENTS, SESSION_ID: f"{ID}, {ID}"}, SENT)),
        {"session.id_survives", "session.id_not_invented", KEPT},
    ),
    "made up": (
        update("", 400, gets=got(400, {**JSON, SESSION_ID: UNKNOWN_ID}, MISMATCH)),
        {"session.id_not_invented"},
    ),
    "CORS doubled": (
        relayed(
            asked("GET /api/models", fields=ORIGIN),
            got(200, CORS),
            gets=got(200, [*CORS.items(), (ALLOW_ORIGIN, "*")]),
        ),
        {"cors.single_origin"},
    ),
    "a refusal as success": (
        update("", 400, gets=got(200, JSON, MISMATCH)),
        {"session.mismatch_relayed", "end.error_keeps_status"},
    ),
    "a refusal made anew, without CORS": (
        update(
            "",
            fields=ORIGIN,
            answer=got(400, {**JSON, **CORS}, MISMATCH),
            gets=got(502, JSON, MISMATCH),
        ),
        {"session.mismatch_relayed", "end.error_keeps_status"},
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_of_the_gateway_breaks_what_it_breaks_itself(name: str) -> None:
    last, wanted = BUGS[name]
    assert broken(talk(last)) == wanted


def test_an_id_goes_upstream_if_the_target_holds_sessions_itself() -> None:
    stuck = call((asked("GET /", fields={SESSION_ID: ID}), got()), asks=asked("GET /"))
    assert broken(talk(ONE, stuck)) == {"session.id_stays_on_its_leg"}
    assert broken(talk(ONE, stuck, declares=Declares(holds_sessions=True))) == set()
    assert broken(talk(stuck, ONE)) == set()  # nobody had issued it yet: it is not that target's
