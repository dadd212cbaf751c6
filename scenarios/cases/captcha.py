"""The captcha token is fresh, refused once, not to be had, or never comes."""

from typing import Literal

import msgspec

from fakes.edge import ARENA, captcha_refusal
from fakes.script import Reply, ok
from harness.case import Case, Fault
from scenarios.asking import case, chat, modes
from scenarios.cases.happy import MARKS

GOOD = ok(headers=MARKS)


def _captcha(
    name: str, provider: Literal["fresh", "none", "hangs"], stream: bool, *replies: Reply
) -> Case:
    refused = ("retry.rotates_credential",) if len(replies) > 1 else ()
    return case(
        f"captcha_{name}_{modes(stream)}",
        "arena",
        chat("arena", *replies, stream=stream, captcha=provider),
        probes=("identity.captcha_token_optional", "identity.user_agent", *refused),
    )


def _demanded(provider: Literal["fresh", "none"], stream: bool) -> Case:
    """The edge refuses whoever has no token that is fresh."""
    edge = msgspec.structs.replace(ARENA, captcha=True)
    told = ("retry.exhausted_reports_upstream", "end.error_keeps_status")
    return case(
        f"captcha_demanded_{provider}_{modes(stream)}",
        "arena",
        chat("arena", GOOD, stream=stream, captcha=provider, edge=edge),
        probes=("identity.captcha_token_optional", *(told if provider == "none" else ())),
        faults=(Fault("edge_rules", "upstream"),),
    )


CASES = tuple(
    made
    for stream in (True, False)
    for made in (
        _captcha("fresh", "fresh", stream, GOOD),
        _captcha("refused_once", "fresh", stream, captcha_refusal(), GOOD),
        _captcha("none", "none", stream, GOOD),
        _captcha("hangs", "hangs", stream, GOOD),
        _demanded("fresh", stream),
        _demanded("none", stream),
    )
)
