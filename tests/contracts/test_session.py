"""What the session contracts must not convict: the whole flow, and all that is fair."""

import pytest

from contracts.fields import ALLOW_HEADERS, SESSION_ID
from contracts.judge import judge
from contracts.ledger.book import ID_LIFETIME, TOKEN_LIFETIME
from contracts.session_examples import (
    CORS,
    EVENTS,
    FIRST,
    ID,
    JSON,
    LATER_ID,
    MINE,
    MISMATCH,
    NONE,
    ORIGIN,
    OTHER,
    THEIR_ID,
    THEIRS,
    UNKNOWN_ID,
    USER,
    asked,
    balance,
    deleted,
    login,
    models,
    passing,
    read,
    relayed,
    saying,
    stream,
    talk,
    update,
)
from contracts.testing import Part, got, sent
from fakes.services.settings import Settings
from tests.contracts.breaches import broken

ONE, SAID = stream("one"), ("user: hi", "assistant: one two")
THEIR_STREAM = stream("three", id=THEIR_ID, session=THEIRS, by=OTHER)
LEFT, BUSY = stream("one", cut=True), stream(answer=got(409, JSON, {"message": "no"}))
HELD = stream("one", at=FIRST, until=FIRST + 2)
PREFLIGHT = sent(
    {**ORIGIN, "Access-Control-Request-Method": "POST"}, line="OPTIONS /api/models HTTP/1.1"
)


def answered(status: int = 200, body: bytes | object = b"", **fields: str) -> Part:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    return got(status, {**EVENTS, SESSION_ID: ID, **names}, body)


FLOW = (
    relayed(asked("GET /api/health", token=""), got(200, JSON, {"status": "ok"})),
    models(3),
    relayed(PREFLIGHT, got(204, {**CORS, ALLOW_HEADERS: "Authorization"})),
    stream("one", " two"),
    *(update(one, 400) for one in (NONE, None, "", 5, f" {ID}", ID.upper(), UNKNOWN_ID)),
    update(),
    update(),
    THEIR_STREAM,
    update(THEIR_ID, 400),
    update(THEIR_ID, 404, session=THEIRS),
    update(token="", status=401),
    update(token="refresh-u-2", status=401),
    read(*SAID),
    stream("three", id=LATER_ID, fields=ORIGIN, answer=got(402, {**JSON, **CORS}, MISMATCH)),
    balance(9),
    stream("three", id=LATER_ID, cut=True),
    balance(12),
    stream("four", id=f"{LATER_ID[:-1]}9"),
    read(*SAID, "user: hi", "user: hi"),
    deleted(),
    read(status=404),
    update(ID, 404),
)


def test_the_whole_flow_breaks_no_contract_and_is_judged_by_most() -> None:
    found = judge(talk(*FLOW))
    assert [(one.contract.id, one.findings) for one in found if one.findings] == []
    judged = {one.contract.id for one in found if one.outcome == "pass"}
    lacking = {one.contract.id for one in found if one.contract.family == "session"} - judged
    assert lacking == {"session.affinity", "session.concurrent_streams_separate"}


def test_nobody_misreads_plain_calls() -> None:
    """Contracts of all dialects judge JSON calls, GET, OPTIONS, DELETE and refusals as well."""
    found = {one.contract.id: one.outcome for one in judge(talk(*FLOW))}
    for identity in ("end.error_keeps_status", "identity.accept", "headers.response_forwarded"):
        assert found[identity] == "pass"


FAIR = {
    "a refusal before the right id": (ONE, update(ID, 429), update()),
    "a body that is too large": (ONE, update("x" * 9, 413), update()),
    "a text that no service takes": (ONE, update(ID, 400, text="\0")),
    "a second stream that is refused": (HELD, BUSY, update()),
    "two at once, both known": (
        stream("one", at=FIRST, until=FIRST + 9),
        stream("two", id=LATER_ID, at=FIRST + 1, until=FIRST + 9),
        update(ID),
        update(LATER_ID, text="three"),
        read("user: hi", *SAID, "assistant: three"),
    ),
    "an update that was lost and told again": (
        ONE,
        relayed(
            asked(
                f"POST /api/chat/sessions/{MINE}/update-stream",
                {"streamingSessionId": ID, "completeResponse": "one two", "tokensUsed": 2},
            ),
            None,
        ),
        update(text="again"),
        read(*SAID),
    ),
    "the wrong instance knows nothing": (ONE, update(ID, 404, instance=2), update()),
    "an error in the stream": (
        models(3),
        balance(0),
        stream(answer=answered(200, saying("one", last="error"))),
        balance(3),
        stream(id=LATER_ID),
    ),
    "a chunk that nobody saw": (models(3), balance(0), LEFT, balance(6)),
    "a stream while the balance is told": (balance(0), HELD, balance(2, reserved=5)),
    "no JSON for a stranger": (
        relayed(asked("POST /api/chat/sessions", b"x", token=""), got(400, JSON, {})),
    ),
    "an id of the client's own making in the answer": (
        ONE,
        update(UNKNOWN_ID, 400, told={"message": f"mismatch: {UNKNOWN_ID}"}),
    ),
    "an id that comes back from the client": (
        ONE,
        update("x", 400, told={"message": "x mismatch"}),
    ),
    "ids in a request header": (ONE, read(*SAID[:1]), update(ID, fields={SESSION_ID: ID})),
    "an own error without CORS": (
        update("", 400, fields=ORIGIN, answer=got(400, {**JSON, **CORS}, MISMATCH)),
        stream(fields=ORIGIN, answer=got(503, {**JSON, **CORS}), gets=got(503, {**JSON, **CORS})),
    ),
}


@pytest.mark.parametrize("name", FAIR)
def test_what_is_fair_breaks_nothing(name: str) -> None:
    assert broken(talk(*FAIR[name])) == set()


def test_expiry_is_fair() -> None:
    later = (login(USER), update(ID, 400, told=MISMATCH))
    assert broken(talk(ONE, *later, acts=(passing(ID_LIFETIME + 1, FIRST + 3.5),))) == set()
    stale = talk(ONE, update(ID, 401), acts=(passing(TOKEN_LIFETIME + 1, FIRST + 3.5),))
    assert broken(stale) == set()


def test_lifetimes_are_those_of_the_services() -> None:
    assert Settings().id_lifetime == ID_LIFETIME
    assert Settings().token_lifetime == TOKEN_LIFETIME
