"""When a bridge asks the upstream again, contract by contract.

These are not the suite's contracts, only enough of them to see that a planted bug is tight.
"""

import json
from collections.abc import Awaitable, Callable

from targets.reference.bridge import Bridge
from tests.targets.stage import (
    CAPTCHA,
    CHALLENGE,
    FINE,
    Said,
    Stage,
    credential,
    refused,
)

Kind = type[Bridge]
MODES = (True, False)


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
    counts = [len(lone.posts) for _ in MODES if await lone.chat()]
    used_again = counts[0] < counts[1]
    return rotated and first == second and len(challenged.posts) == 1 and used_again


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
    await stage.chat(headers={"Idempotency-Key": "k"})
    await stage.chat()
    sent = [json.loads(one.content) for one in stage.posts]
    ids = [one[name] for one in sent for name in ("id", "userMessageId", "modelAMessageId")]
    keys = [one.headers.get("idempotency-key") for one in stage.posts[:-1]]
    return len(set(ids)) == len(ids) and set(keys) == {"k"}


PROMISES: dict[str, Callable[[Kind], Awaitable[bool]]] = {
    "retry.no_splice": no_splice,
    "retry.failover_before_content": failover_before_content,
    "retry.bounded": bounded,
    "retry.rotates_credential": rotates_credential,
    "retry.exhausted_reports_upstream": exhausted_reports_upstream,
    "retry.honours_retry_after": honours_retry_after,
    "retry.fresh_ids": fresh_ids,
}
