"""How a bridge answers: errors, bad requests, kinds of body, contract by contract.

These are not the suite's contracts, only enough of them to see that a planted bug is tight.
"""

import contextlib
import io
from collections.abc import Awaitable, Callable

import httpx

from targets.reference.bridge import Bridge
from tests.targets.stage import (
    CHALLENGE,
    END,
    FINE,
    KEY,
    PAGE,
    Said,
    Stage,
    line,
    refused,
)

Kind = type[Bridge]
MODES = (True, False)
MAX_BODY = 2_000
BAD = (
    b"{",
    b"[]",
    b"{}",
    b'{"model":"fake","messages":null}',
    b'{"model":"fake","messages":[]}',
    b'{"model":"fake","messages":{}}',
    b'{"model":"fake","messages":["hi"]}',
    b'{"model":"fake","messages":[{"role":"user","content":null}]}',
    b'{"model":"fake","messages":[{"role":"user","content":7}]}',
    b'{"model":"other","messages":[{"role":"user","content":"hi"}]}',
    b'{"model":7,"messages":[{"role":"user","content":"hi"}]}',
    b'{"messages":[{"role":"user","content":"hi"}]}',
    b'{"model":"fake","messages":[{"role":"user","content":"hi"}],"stream":"yes"}',
    b'{"model":"fake","messages":[{"role":"user","content":"' + b"x" * MAX_BODY + b'"}]}',
)


def is_error(answer: httpx.Response) -> bool:
    return answer.status_code >= 400 and "error" in answer.json()


async def error_keeps_status(kind: Kind) -> bool:
    said = (refused(500), refused(400), refused(401), CHALLENGE)
    answers = [await Stage(kind, one).chat(mode) for one in said for mode in MODES]
    return all(answer.status_code >= 400 and is_error(answer) for answer in answers)


async def bad_request_refused(kind: Kind) -> bool:
    kept = []
    for body in BAD:
        stage = Stage(kind, max_body=MAX_BODY)
        answer = await stage.chat(content=body)
        told = answer.json()["error"]["message"]
        inside = "Traceback" in told or "TypeError" in told
        kept.append(400 <= answer.status_code < 500 and not stage.posts and not inside)
    return all(kept)


async def content_type_true(kind: Kind) -> bool:
    page = Said(200, [("content-type", "text/html")], [PAGE])
    said = (FINE, page, refused(500))
    answers = [await Stage(kind, one).chat(mode) for one in said for mode in MODES]
    return all(
        ("event-stream" in one.headers["content-type"]) == one.content.startswith(b"data:")
        for one in answers
    )


async def empty_stream_is_error(kind: Kind) -> bool:
    empty = (Said(), Said(pieces=[END]), Said(pieces=[line("a0", ""), END]))
    answers = [await Stage(kind, one).chat() for one in empty]
    return all(b'"error"' in one.content for one in answers)


async def stream_flag_respected(kind: Kind) -> bool:
    plain = [await Stage(kind).chat(flag) for flag in (False, None)]
    whole = [b'"object":"chat.completion"' in one.content for one in plain]
    return all(whole) and b"[DONE]" in (await Stage(kind).chat()).content


async def client_credential_stops(kind: Kind) -> bool:
    stage = Stage(kind)
    await stage.chat(headers={"X-Api-Key": KEY, "Cookie": f"a={KEY}", "Proxy-Authorization": KEY})
    return all(KEY not in str(one.headers.raw) for one in stage.posts)


async def not_across_redirect(kind: Kind) -> bool:
    stage = Stage(kind, Said(307, [("location", "http://other.invalid/x")]), FINE)
    await stage.chat()
    return all(one.url.host == "upstream.invalid" for one in stage.posts)


async def not_in_errors(kind: Kind) -> bool:
    heard, told = io.StringIO(), ""
    secrets = ("token-one", "token-two", "clearance-one", "captcha-1", KEY)
    with contextlib.redirect_stderr(heard):
        for mode in MODES:
            told += (await Stage(kind, refused(401, " ".join(secrets))).chat(mode)).text
    return not any(secret in told + heard.getvalue() for secret in secrets)


async def unauthenticated_refused(kind: Kind) -> bool:
    stage = Stage(kind)
    values = ("", "Bearer", "Bearer ", f"Basic {KEY}", KEY, "Bearer other")
    bodies = [await stage.chat(headers={"Authorization": value}) for value in values]
    nameless = await stage.ask("POST", "/v1/chat/completions", content=b"{}")
    return all(one.status_code == 401 for one in [*bodies, nameless]) and not stage.posts


PROMISES: dict[str, Callable[[Kind], Awaitable[bool]]] = {
    "end.error_keeps_status": error_keeps_status,
    "end.bad_request_refused": bad_request_refused,
    "end.content_type_true": content_type_true,
    "end.empty_stream_is_error": empty_stream_is_error,
    "end.stream_flag_respected": stream_flag_respected,
    "secrets.client_credential_stops": client_credential_stops,
    "secrets.not_across_redirect": not_across_redirect,
    "secrets.not_in_errors": not_in_errors,
    "secrets.unauthenticated_refused": unauthenticated_refused,
}
