"""The contracts of a gateway in small: each function says whether a gateway keeps one."""

import gzip
from collections.abc import Awaitable, Callable

import httpx

from targets.reference.gateway import Gateway
from tests.targets.stage import CHALLENGE, FINE, PAGE, Said, Stage, refused

Kind = type[Gateway]
STREAM, PLAIN = b'{"stream": true}', b'{"stream": false}'
MODES = (STREAM, PLAIN)
CANARIES = {
    "traceparent": "c1",
    "anthropic-beta": "c2",
    "last-event-id": "c3",
    "idempotency-key": "c4",
}


async def post(stage: Stage, body: bytes = STREAM, **request: object) -> httpx.Response:
    return await stage.ask("POST", "/v1/messages?q=%2F", content=body, **request)


async def user_agent(kind: Kind) -> bool:
    stage = Stage(kind)
    await post(stage)
    await post(stage, headers={"User-Agent": "mine"})
    return [one.headers.get("user-agent") for one in stage.posts] == [None, "mine"]


async def accept(kind: Kind) -> bool:
    stage, values = Stage(kind), ["text/event-stream", "application/json", "*/*"]
    for value in values:
        await post(stage, PLAIN, headers={"Accept": value})
    return [one.headers["accept"] for one in stage.posts] == values


async def challenge_is_not_auth_error(kind: Kind) -> bool:
    answer = await post(Stage(kind, CHALLENGE))
    return answer.status_code != 401 and answer.content == PAGE


async def request_forwarded(kind: Kind) -> bool:
    stage = Stage(kind)
    for body in MODES:
        await post(stage, body, headers=CANARIES)
    return all(CANARIES.items() <= dict(one.headers).items() for one in stage.posts)


async def hop_by_hop_removed(kind: Kind) -> bool:
    hop = [("Connection", "X-Hop"), ("X-Hop", "c"), ("Keep-Alive", "c"), ("Proxy-Connection", "c")]
    stage = Stage(kind, Said(200, hop, [b"x"]))
    answer = await post(stage, headers=[*hop, ("TE", "trailers")])
    ours = {"x-hop", "keep-alive", "proxy-connection", "te"}
    return not ours & (set(answer.headers) | set(stage.posts[0].headers))


async def response_forwarded(kind: Kind) -> bool:
    answers = [await post(Stage(kind, one), body) for one in (FINE, refused(500)) for body in MODES]
    return all("x-request-id" in one.headers for one in answers)


async def retry_after_forwarded(kind: Kind) -> bool:
    said = (refused(429, retry_after="7"), refused(503, retry_after="7"))
    answers = [await post(Stage(kind, one), body) for one in said for body in MODES]
    return all(one.headers.get("retry-after") == "7" for one in answers)


async def repeated_fields_separate(kind: Kind) -> bool:
    both = [
        ("Set-Cookie", "a=1; Expires=Fri, 1 Jan"),
        ("X-Two", "1"),
        ("Set-Cookie", "b=2"),
        ("X-Two", "2"),
    ]
    stage = Stage(kind, Said(200, both, [b"x"]))
    answer = await post(stage, headers=[("X-Two", "1"), ("x-two", "2")])
    kept = answer.headers.get_list("set-cookie") == [both[0][1], "b=2"]
    return kept and stage.posts[0].headers.get_list("x-two") == ["1", "2"]


async def content_encoding_true(kind: Kind) -> bool:
    said = Said(200, [("content-encoding", "gzip")], [gzip.compress(b"text")])
    try:
        return (await post(Stage(kind, said))).content == b"text"
    except httpx.DecodingError:
        return False


async def stream_not_cacheable(kind: Kind) -> bool:
    answer = await post(Stage(kind, Said(200, [("cache-control", "no-store")], [b"x"])))
    return answer.headers["cache-control"] == "no-store"


async def events_not_held(kind: Kind) -> bool:
    stage = Stage(kind)
    await post(stage)
    events = [one for one in stage.log if one not in ("head", "closed")]
    return events == [note for number in range(4) for note in (f"up {number}", "down")]


async def head_before_first_event(kind: Kind) -> bool:
    stage = Stage(kind)
    await post(stage)
    return stage.log[0] == "head"


async def error_keeps_status(kind: Kind) -> bool:
    said = [refused(status, str(status)) for status in (400, 404, 429, 500, 503)]
    answers = [await post(Stage(kind, one)) for one in said]
    told = [(one.status_code, one.content) for one in answers]
    return told == [(one.status, b"".join(one.pieces)) for one in said]


async def content_type_true(kind: Kind) -> bool:
    answers = [await post(Stage(kind, one)) for one in (CHALLENGE, refused(500), FINE)]
    kinds = [one.headers["content-type"] for one in answers]
    return kinds == ["text/html", "application/json", "text/event-stream"]


async def bounded(kind: Kind) -> bool:
    stage = Stage(kind, refused(503))
    await post(stage)
    return len(stage.posts) == 1


async def not_across_redirect(kind: Kind) -> bool:
    stage = Stage(kind, Said(307, [("location", "http://other.invalid/x")]), FINE)
    answer = await post(stage, headers={"Authorization": "Bearer secret"})
    hosts = {one.url.host for one in stage.posts}
    return hosts == {"upstream.invalid"} and answer.status_code == 307


PROMISES: dict[str, Callable[[Kind], Awaitable[bool]]] = {
    "identity.user_agent": user_agent,
    "identity.accept": accept,
    "identity.challenge_is_not_auth_error": challenge_is_not_auth_error,
    "headers.request_forwarded": request_forwarded,
    "headers.hop_by_hop_removed": hop_by_hop_removed,
    "headers.response_forwarded": response_forwarded,
    "headers.retry_after_forwarded": retry_after_forwarded,
    "headers.repeated_fields_separate": repeated_fields_separate,
    "headers.content_encoding_true": content_encoding_true,
    "headers.stream_not_cacheable": stream_not_cacheable,
    "timing.events_not_held": events_not_held,
    "timing.head_before_first_event": head_before_first_event,
    "end.error_keeps_status": error_keeps_status,
    "end.content_type_true": content_type_true,
    "retry.bounded": bounded,
    "secrets.not_across_redirect": not_across_redirect,
}
