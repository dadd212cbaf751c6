"""Session traffic written by hand, for the examples next to the session contracts.

    HOLDS = talk(stream("one", "two"), update(), read("user: hi", "assistant: one two"))

A talk begins with the logins of two users and a chat session of each, so the first call that it is
given begins at the moment `FIRST`; each call takes four, unless it says `at` and `until`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from contracts.fields import ALLOW_ORIGIN, EXPOSE_HEADERS, SESSION_ID
from contracts.record import ActNote, Ask, Declares
from contracts.testing import Call, Part, call, got, sent, trial
from contracts.trace import Trace

USER, OTHER = "u-1", "u-2"
MINE, THEIRS = "a" * 24, "b" * 24
ID, LATER_ID, THEIR_ID, UNKNOWN_ID = (f"stream-170000000000{n}-0000000{n}" for n in range(1, 5))
MISMATCH = {"message": "Streaming session ID mismatch"}
NONE: Final = object()  # no id in the body
FIRST = 17.0  # seconds
JSON, EVENTS = {"Content-Type": "application/json"}, {"Content-Type": "text/event-stream"}
ORIGIN = {"Origin": "https://app.example"}
CORS = {ALLOW_ORIGIN: "*", EXPOSE_HEADERS: SESSION_ID}
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


def talk(*calls: Call, acts: Sequence[ActNote] = (), declares: Declares | None = None) -> Trace:
    """A trace of these calls, after two logins and the opening of two sessions."""
    begun = (login(USER), login(OTHER), opened(MINE, USER), opened(THEIRS, OTHER))
    return trial(*begun, *calls, dialect="session", acts=acts, declares=declares)


def passing(seconds: float, at: float) -> ActNote:
    return ActNote(at, "pass", seconds=seconds)


def asked(
    line: str,
    body: object = b"",
    *,
    by: str = USER,
    token: str | None = None,
    fields: Fields = (),
    instance: int = 1,
    at: float | None = None,
) -> Part:
    """A request with the user's access token, or with another token (empty: none)."""
    shown = f"access-{by}" if token is None else token
    own = [("Authorization", f"Bearer {shown}")] if shown else []
    more = list(fields.items() if isinstance(fields, Mapping) else fields)
    return sent([*own, *more], body, line=f"{line} HTTP/1.1", instance=instance, at=at)


def relayed(
    asks: Part,
    came: Part | None,
    *,
    gets: Part | None = None,
    stream: bool = False,
    nonce: str = "",
    gave_up: float | None = None,
) -> Call:
    """A call that the target hands on; without `gets` the client gets what came, or nothing."""
    meant = Ask(stream=stream, stream_flag="omitted", nonce=nonce, gave_up=gave_up)
    return replace(call((asks, came), asks=asks, ask=meant), gets=gets or came)


def login(user: str) -> Call:
    tokens = {"accessToken": f"access-{user}", "refreshToken": f"refresh-{user}"}
    told = {**tokens, "user": {"id": user}}
    return relayed(
        asked("POST /api/auth/login", {"username": user}, token=""), got(200, JSON, told)
    )


def opened(session: str, by: str = USER, *, message: str = "", instance: int = 1) -> Call:
    asks = asked("POST /api/chat/sessions", {"initialMessage": message}, by=by, instance=instance)
    return relayed(asks, got(201, JSON, {"sessionId": session}))


def saying(*texts: str, last: str = "done") -> bytes:
    """The event stream of these chunks and a last event; `last` empty: none."""
    said = [f"event: chunk\ndata: {json.dumps({'text': text})}\n\n" for text in texts]
    ends = [f'event: {last}\ndata: {{"tokensUsed": {len(texts)}}}\n\n'] if last else []
    return "".join([*said, *ends]).encode()


def stream(
    *texts: str,
    id: str = ID,
    session: str = MINE,
    by: str = USER,
    token: str | None = None,
    message: str = "hi",
    fields: Fields = (),
    answer: Part | None = None,
    gets: Part | None = None,
    instance: int = 1,
    at: float | None = None,
    until: float | None = None,
    cut: bool = False,
    nonce: str = "",
) -> Call:
    """A stream of these chunks; `cut`: it breaks off after them, at `until`."""
    path = f"POST /api/chat/sessions/{session}/stream"
    body = {"message": message, "modelId": "fake"}
    asks = asked(path, body, by=by, token=token, fields=fields, instance=instance, at=at)
    said = saying(*texts, last="" if cut else "done")
    came = got(200, {**EVENTS, SESSION_ID: id}, said, at=at, until=until, cut=cut)
    return relayed(asks, answer or came, gets=gets, stream=True, nonce=nonce)


def update(
    given: object = ID,
    status: int = 200,
    *,
    text: str = "one two",
    session: str = MINE,
    by: str = USER,
    token: str | None = None,
    fields: Fields = (),
    told: object = None,
    answer: Part | None = None,
    gets: Part | None = None,
    instance: int = 1,
) -> Call:
    """An update with this id in its body; `told`: what the JSON of the answer is."""
    path = f"POST /api/chat/sessions/{session}/update-stream"
    body = {"completeResponse": text, "tokensUsed": 2}
    if given is not NONE:
        body["streamingSessionId"] = given
    asks = asked(path, body, by=by, token=token, fields=fields, instance=instance)
    usual = MISMATCH if status == 400 else {"message": "ok" if status == 200 else "refused"}
    return relayed(asks, answer or got(status, JSON, usual if told is None else told), gets=gets)


def read(
    *said: str, status: int = 200, session: str = MINE, by: str = USER, token: str | None = None
) -> Call:
    """A read that shows these messages, each `role: text`."""
    pairs = (one.split(": ", 1) for one in said)
    messages = [{"role": role, "content": text} for role, text in pairs]
    asks = asked(f"GET /api/chat/sessions/{session}", by=by, token=token)
    return relayed(asks, got(status, JSON, {"messages": messages}))


def deleted(session: str = MINE, status: int = 200, *, by: str = USER) -> Call:
    return relayed(asked(f"DELETE /api/chat/sessions/{session}", by=by), got(status, JSON, {}))


def balance(spent: int, *, reserved: int = 0, rule: str = "chunks_sent") -> Call:
    """A user of 100 credits who has spent so many."""
    numbers = {"totalCredits": 100, "remainingCredits": 100 - spent - reserved}
    told = {"userId": USER, **numbers, "reservedCredits": reserved, "accounting": rule}
    return relayed(asked("GET /api/credits/balance"), got(200, JSON, told))


def models(cost: int) -> Call:
    told = {"models": [{"id": "fake", "creditCost": cost}]}
    return relayed(asked("GET /api/models"), got(200, JSON, told))
