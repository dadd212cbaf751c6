"""What a bridge sends upstream and how it hands headers and events on, contract by contract.

These are not the suite's contracts, only enough of them to see that a planted bug is tight.
"""

import gzip
from collections.abc import Awaitable, Callable

import httpx

from targets.reference.bridge import Bridge
from tests.targets.stage import (
    CAPTCHA,
    CHALLENGE,
    FINE,
    IDENTITIES,
    PAGE,
    Said,
    Stage,
    credential,
    refused,
)

Kind = type[Bridge]
MODES = (True, False)
AGENTS = {one.user_agent: one.clearance for one in IDENTITIES}


async def user_agent(kind: Kind) -> bool:
    stage = Stage(kind)
    for mode in MODES:
        await stage.chat(mode)
    sent = [*stage.posts, *stage.upstream.fetches]
    return all(one.headers.get_list("user-agent") == [IDENTITIES[0].user_agent] for one in sent)


async def accept(kind: Kind) -> bool:
    stage = Stage(kind)
    answers = [await stage.chat(mode, headers={"Accept": "application/json"}) for mode in MODES]
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
    names = ("user-agent", "accept", "content-type")
    first, *others = ([one.headers.get(name) for name in names] for one in stage.posts)
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
}
