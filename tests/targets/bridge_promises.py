"""The contracts of a bridge in small: each function says whether a bridge keeps one, on the stage.

They are not the suite's contracts, only what is needed to see that a planted bug is tight.
"""

import contextlib
import gzip
import io
import json
from collections.abc import Awaitable, Callable

import httpx

from targets.reference.bridge import Bridge
from tests.targets.stage import (
    CAPTCHA,
    CHALLENGE,
    END,
    FINE,
    IDENTITIES,
    KEY,
    PAGE,
    Said,
    Stage,
    credential,
    line,
    refused,
)

Kind = type[Bridge]
MODES = (True, False)
AGENTS = {one.user_agent: one.clearance for one in IDENTITIES}
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
    b'{"model":"fake","messages":[{"role":"user","content":"' + b"x" * 1_048_576 + b'"}]}',
)


def is_error(answer: httpx.Response) -> bool:
    return answer.status_code >= 400 and "error" in answer.json()


async def user_agent(kind: Kind) -> bool:
    stage = Stage(kind)
    for mode in MODES:
        await stage.chat(mode)
    sent = [*stage.posts, *stage.upstream.fetches]
    return all(one.headers.get_list("user-agent") == [IDENTITIES[0].user_agent] for one in sent)


async def accept(kind: Kind) -> bool:
    stage = Stage(kind)
    answers = [await stage.chat(mode, Accept="application/json") for mode in MODES]
    streaming, plain = (one.headers["accept"] for one in stage.posts)
    named = "text/event-stream" in streaming and ("*/*" in plain or "json" in plain)
    return named and not any(one.status_code == 406 for one in answers)


async def cookies(kind: Kind) -> bool:
    stage = Stage(kind)
    await stage.chat()
    fields = stage.posts[0].headers.get_list("cookie")
    own = AGENTS.get(stage.posts[0].headers["user-agent"], "clearance")
    one = "".join(fields)
    return len(fields) == 1 and f"cf_clearance={own}" in one and one.count("arena-auth") == 1


async def retry_parity(kind: Kind) -> bool:
    stage = Stage(kind, refused(401), FINE)
    await stage.chat()
    await stage.chat(False)
    first, *others = (
        [one.headers.get(name) for name in ("user-agent", "accept", "content-type")]
        for one in stage.posts
        if "event-stream" in one.headers["accept"]
    )
    return all(other == first for other in others)


async def challenge_is_not_auth_error(kind: Kind) -> bool:
    kept = []
    for mode in MODES:
        stage = Stage(kind, CHALLENGE)
        answer = await stage.chat(mode)
        kept.append(answer.status_code != 401 and b"html" not in answer.content)
        before = credential(stage.posts[0])
        await stage.chat(mode)
        kept.append(credential(stage.posts[-1]) == before or len(stage.posts) > 2)
        kept.append(stage.posts[1:] == [] or credential(stage.posts[1]) == before)
    return all(kept)


async def captcha_token_optional(kind: Kind) -> bool:
    without = Stage(kind, captcha_path="")
    failing = Stage(kind, token=lambda number: httpx.Response(403, content=PAGE))
    fine = [(await stage.chat()).status_code == 200 for stage in (without, failing)]
    stage = Stage(kind, CAPTCHA, FINE)
    await stage.chat()
    sent = [one.headers["x-recaptcha-token"] for one in stage.posts]
    return all(fine) and len(set(sent)) == len(sent)


async def hop_by_hop_removed(kind: Kind) -> bool:
    hop = [("connection", "x-ratelimit-hop"), ("x-ratelimit-hop", "c"), ("keep-alive", "c")]
    stage = Stage(kind, Said(200, [*FINE.headers, *hop], FINE.pieces))
    answer = await stage.chat()
    return not {"x-ratelimit-hop", "keep-alive"} & set(answer.headers)


async def response_forwarded(kind: Kind) -> bool:
    served = [await Stage(kind).chat(mode) for mode in MODES]
    failed = [await Stage(kind, refused(500)).chat(mode) for mode in MODES]
    asked = [one for one in served if one.status_code == 200] + failed
    return all("x-request-id" in one.headers for one in asked)


async def retry_after_forwarded(kind: Kind) -> bool:
    said = (refused(429, retry_after="7"), refused(503, retry_after="7"))
    answers = [await Stage(kind, one).chat(mode) for one in said for mode in MODES]
    return all(one.headers.get("retry-after") == "7" for one in answers)


async def content_encoding_true(kind: Kind) -> bool:
    headers = [*FINE.headers, ("content-encoding", "gzip")]
    coded = Stage(kind, Said(200, headers, [gzip.compress(b"".join(FINE.pieces))]))
    await coded.chat()
    offered = coded.posts[0].headers["accept-encoding"].replace(" ", "").split(",")
    return set(offered) <= {"identity", "gzip", "deflate"}


async def stream_not_cacheable(kind: Kind) -> bool:
    told = (await Stage(kind).chat()).headers.get("cache-control", "")
    return "no-" in told


async def events_not_held(kind: Kind) -> bool:
    stage = Stage(kind)
    await stage.chat()
    return [one for one in stage.log if one != "head"][:6] == [
        "up 0",
        "down",
        "up 1",
        "down",
        "up 2",
        "down",
    ]


async def error_keeps_status(kind: Kind) -> bool:
    said = (refused(500), refused(400), refused(401), CHALLENGE)
    answers = [await Stage(kind, one).chat(mode) for one in said for mode in MODES]
    return all(answer.status_code >= 400 and is_error(answer) for answer in answers)


async def bad_request_refused(kind: Kind) -> bool:
    kept = []
    for body in BAD:
        stage = Stage(kind)
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


async def no_splice(kind: Kind) -> bool:
    broken = Stage(kind, Said(200, FINE.headers, FINE.pieces[:2], breaks=True), FINE)
    ended = Stage(kind, Said(200, FINE.headers, FINE.pieces[:2]), FINE)
    for stage in (broken, ended):
        await stage.chat()
    return len(broken.posts) == len(ended.posts) == 1


async def failover_before_content(kind: Kind) -> bool:
    answers = [await Stage(kind, refused(401), FINE).chat(mode) for mode in MODES]
    return all(one.status_code != 401 for one in answers)


async def bounded(kind: Kind) -> bool:
    stages = [Stage(kind, said) for said in (refused(401), CAPTCHA, refused(500), CHALLENGE)]
    for stage in stages:
        await stage.chat()
    return all(len(stage.posts) <= 3 for stage in stages)


async def turns(kind: Kind, said: Said, mode: bool) -> tuple[str, str]:
    """The credentials of the attempt that met said and of the one after it."""
    stage = Stage(kind, said, FINE)
    await stage.chat(mode)
    await stage.chat(mode)
    return credential(stage.posts[0]), credential(stage.posts[1])


async def rotates_credential(kind: Kind) -> bool:
    pairs = [await turns(kind, refused(one), mode) for one in (401, 403, 429) for mode in MODES]
    rotated = all(first != second for first, second in pairs)
    first, second = await turns(kind, CAPTCHA, True)
    challenged = Stage(kind, CHALLENGE)
    await challenged.chat()
    lone = Stage(kind, refused(401), FINE, auth_tokens=("lone",))
    answers = [await lone.chat(), await lone.chat()]
    return (
        rotated
        and first == second
        and len(challenged.posts) == 1
        and len(lone.posts) == len(answers)
    )


async def exhausted_reports_upstream(kind: Kind) -> bool:
    said = ((401, refused(401)), (429, refused(429)), (403, refused(403)), (403, CAPTCHA))
    answers = [(status, await Stage(kind, one).chat()) for status, one in said]
    return all(
        one.status_code == status and str(status) in one.json()["error"]["message"]
        for status, one in answers
    )


async def honours_retry_after(kind: Kind) -> bool:
    stage = Stage(kind, refused(429, retry_after="120"), auth_tokens=("lone",))
    await stage.chat()
    return len(stage.posts) == 1


async def fresh_ids(kind: Kind) -> bool:
    stage = Stage(kind, refused(401), FINE)
    await stage.chat(**{"Idempotency-Key": "k"})
    await stage.chat()
    sent = [json.loads(one.content) for one in stage.posts]
    ids = [one[name] for one in sent for name in ("id", "userMessageId", "modelAMessageId")]
    keys = [one.headers.get("idempotency-key") for one in stage.posts[:-1]]
    return len(set(ids)) == len(ids) and set(keys) == {"k"}


async def client_credential_stops(kind: Kind) -> bool:
    stage = Stage(kind)
    await stage.chat(**{"X-Api-Key": KEY, "Cookie": f"a={KEY}", "Proxy-Authorization": KEY})
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
    bodies = [await stage.chat(Authorization=value) for value in values]
    nameless = await stage.ask("POST", "/v1/chat/completions", content=b"{}")
    return all(one.status_code == 401 for one in [*bodies, nameless]) and not stage.posts


PROMISES: dict[str, Callable[[Kind], Awaitable[bool]]] = {
    "identity.user_agent": user_agent,
    "identity.accept": accept,
    "identity.cookies": cookies,
    "identity.retry_parity": retry_parity,
    "identity.challenge_is_not_auth_error": challenge_is_not_auth_error,
    "identity.captcha_token_optional": captcha_token_optional,
    "headers.hop_by_hop_removed": hop_by_hop_removed,
    "headers.response_forwarded": response_forwarded,
    "headers.retry_after_forwarded": retry_after_forwarded,
    "headers.content_encoding_true": content_encoding_true,
    "headers.stream_not_cacheable": stream_not_cacheable,
    "timing.events_not_held": events_not_held,
    "end.error_keeps_status": error_keeps_status,
    "end.bad_request_refused": bad_request_refused,
    "end.content_type_true": content_type_true,
    "end.empty_stream_is_error": empty_stream_is_error,
    "end.stream_flag_respected": stream_flag_respected,
    "retry.no_splice": no_splice,
    "retry.failover_before_content": failover_before_content,
    "retry.bounded": bounded,
    "retry.rotates_credential": rotates_credential,
    "retry.exhausted_reports_upstream": exhausted_reports_upstream,
    "retry.honours_retry_after": honours_retry_after,
    "retry.fresh_ids": fresh_ids,
    "secrets.client_credential_stops": client_credential_stops,
    "secrets.not_across_redirect": not_across_redirect,
    "secrets.not_in_errors": not_in_errors,
    "secrets.unauthenticated_refused": unauthenticated_refused,
}
