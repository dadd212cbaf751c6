"""How the client of the session services asks: the steps of their protocol.

A step calls earlier ones by name: the login of a user bears the user's name, so that `user1` means
his token, a chat session is called by the step that made it, and a stream by its own.
"""

import json
from collections.abc import Sequence
from typing import Any

from fakes.identities import CLIENT_USER_AGENT
from fakes.script import Finish, Hold, Reply, Say
from harness.case import Act, Pairs, Step

PASSWORDS = {"admin": "admin@admin", "supervisor1": "Supervisor1@"}
END_USER_PASSWORD = "User1@123"
MODEL = "fake"
ORIGIN = "https://app.example"
CREDITS = 1000
ANSWER = Reply(body=(*(Say(f"piece {n}") for n in range(4)), Finish()))


def held(before: int, after: int = 1) -> Reply:
    """So many chunks, a hold, and so many more."""
    said = [Say(f"piece {n}") for n in range(before + after)]
    return Reply(body=(*said[:before], Hold(), *said[before:], Finish()))


def headers(
    by: str = "", *, stream: bool = False, origin: str = "", extra: Pairs = (), accept: str = ""
) -> Pairs:
    """The pairs of a request by this user (none: nobody's)."""
    wanted = accept or ("text/event-stream" if stream else "application/json")
    return (
        ("Host", "$host"),
        ("User-Agent", CLIENT_USER_AGENT),
        ("Accept", wanted),
        ("Accept-Encoding", "identity"),
        *((("Authorization", f"Bearer ${{{by}.token}}"),) if by else ()),
        *((("Origin", origin),) if origin else ()),
        ("Content-Type", "application/json"),
        *extra,
    )


def bearer(token: str) -> Pairs:
    """The pairs of a request with this for a token."""
    pairs = (pair for pair in headers() if pair[0] != "Host")
    return (("Host", "$host"), ("Authorization", f"Bearer {token}"), *pairs)


def ask(method: str, path: str, by: str = "", body: Any = None, **more: Any) -> Step:
    """Any JSON request; `body` is a text or becomes JSON."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    asked = {name: more.pop(name) for name in ("origin", "extra", "accept") if name in more}
    pairs = more.pop("pairs", None)
    return Step(
        headers=headers(by, **asked) if pairs is None else pairs,
        body=text,
        stream=more.pop("stream", False),
        stream_flag="omitted",
        method=method,
        path=path,
        **more,
    )


def login(user: str = "user1", **more: Any) -> Step:
    told = {"username": user, "password": PASSWORDS.get(user, END_USER_PASSWORD)}
    return ask("POST", "/api/auth/login", body=told, name=more.pop("name", user), **more)


def credit(user: str = "user1", amount: int = CREDITS) -> Step:
    """The administrator, who is logged in, gives credits to a user who is."""
    told = {"userId": f"${{{user}.json:user.id}}", "credits": amount, "expiryDays": 30}
    return ask("POST", "/api/credits/allocate", "admin", told | {"notes": "trial"})


def create(user: str = "user1", name: str = "chat", **more: Any) -> Step:
    told = {"title": "trial", "initialMessage": "hello"}
    return ask("POST", "/api/chat/sessions", user, told, name=name, **more)


def begin(*users: str) -> tuple[Step, ...]:
    """Everybody is logged in, has credits, and a chat session called `chat_<user>`."""
    return (
        login("admin"),
        *(step for user in users for step in arrive(user)),
    )


def arrive(user: str) -> tuple[Step, ...]:
    return (login(user), credit(user), create(user, f"chat_{user}"))


def path(chat: str, rest: str = "") -> str:
    return f"/api/chat/sessions/${{{chat}.json:sessionId}}{rest}"


def stream(chat: str, by: str = "user1", *replies: Reply, name: str = "s", **more: Any) -> Step:
    """A stream called `name`; its replies are what the model says."""
    told = {"message": more.pop("text", "tell me $nonce"), "modelId": MODEL}
    pairs = more.pop("pairs", None) or headers(
        by,
        stream=True,
        **{key: more.pop(key) for key in ("origin", "extra", "accept") if key in more},
    )
    return ask(
        "POST",
        path(chat, "/stream"),
        body=told,
        pairs=pairs,
        stream=True,
        name=name,
        replies=replies or (ANSWER,),
        **more,
    )


def update(
    chat: str,
    by: str = "user1",
    given: str = '"${s.id}"',
    *,
    of: str = "s",
    text: str = "",
    **more: Any,
) -> Step:
    """The final update of stream `of`; `given` is the id as JSON text, empty: no such member."""
    members = [
        f'"completeResponse": "{text or f"${{{of}.text}}"}"',
        *([f'"streamingSessionId": {given}'] if given else []),
        f'"tokensUsed": ${{{of}.tokens}}',
    ]
    body = "{" + ", ".join(members) + "}"
    return ask("POST", path(chat, "/update-stream"), by, body, **more)


def right(of: str = "s") -> str:
    """The id of that stream, as JSON text."""
    return f'"${{{of}.id}}"'


def read(chat: str, by: str = "user1") -> Step:
    return ask("GET", path(chat), by)


def balance(by: str = "user1") -> Step:
    return ask("GET", "/api/credits/balance", by)


def models(by: str = "user1") -> Step:
    return ask("GET", "/api/models", by)


def delete(chat: str, by: str = "user1") -> Step:
    return ask("DELETE", path(chat), by)


def preflight(target: str, method: str = "POST", wanted: Sequence[str] = ()) -> Step:
    asked = ", ".join(wanted or ("authorization", "content-type", "x-streaming-session-id"))
    pairs = (
        ("Host", "$host"),
        ("User-Agent", CLIENT_USER_AGENT),
        ("Accept", "*/*"),
        ("Origin", ORIGIN),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", asked),
    )
    return ask("OPTIONS", target, pairs=pairs)


def then(step: Step, *acts: Act) -> Step:
    """The same step, with these acts after it."""
    import msgspec

    return msgspec.structs.replace(step, then=(*step.then, *acts))


def release(name: str = "s") -> Act:
    return Act("release", name)


def leave(name: str = "s") -> Act:
    return Act("leave", name)


def let_pass(seconds: float) -> Act:
    return Act("pass", seconds=float(seconds))


RESTART = Act("restart")
