"""Prerequisites that several contracts share, and the small questions they put to an exchange."""

import json
import re
from functools import lru_cache
from typing import Literal

from contracts.event_stream import Event, EventStream
from contracts.message import Message
from contracts.trace import Attempt
from contracts.verdict import Need

CHALLENGE_STATUSES = (403, 429, 503)
AUTH_COOKIE, CLEARANCE_COOKIE = "arena-auth-prod-v1", "cf_clearance"
MARKER = re.compile(rb"~[0-9a-f]{6,}-\d+~")  # the upstream puts one into each piece of content

UPSTREAM_REQUEST = Need(
    "an upstream request", lambda trace: any(one.attempts for one in trace.chats())
)
RETRY = Need("a second attempt", lambda trace: any(len(one.attempts) > 1 for one in trace.chats()))
REFUSED_UPSTREAM = Need(
    "an upstream answer of 400 or more",
    lambda trace: any(refused(a) for one in trace.chats() for a in one.attempts),
)


def refused(attempt: Attempt) -> bool:
    """The upstream answered this attempt with an error status."""
    return attempt.egress.status >= 400


def is_challenge(response: Message | None) -> bool:
    """A challenge or block page of an edge: HTML or cf-mitigated on 403, 429, 503."""
    if response is None or response.status not in CHALLENGE_STATUSES:
        return False
    return response.media_type == "text/html" or "challenge" in response.value("cf-mitigated")


def is_captcha_refusal(response: Message | None) -> bool:
    """The provider's own JSON 403 that asks for a fresh captcha token."""
    return response is not None and response.status == 403 and "recaptcha" in response.text


def cookies(request: Message) -> tuple[tuple[str, str], ...]:
    """Cookie pairs of a request, over all its Cookie fields (RFC 6265 5.4)."""
    crumbs = [crumb for line in request.values("Cookie") for crumb in line.split(";")]
    pairs = [crumb.strip().partition("=") for crumb in crumbs if crumb.strip()]
    return tuple((name, value) for name, _, value in pairs)


def credential(request: Message) -> str:
    """The upstream credential that a request of an arena bridge carries; empty: none."""
    return dict(cookies(request)).get(AUTH_COOKIE, "")


def account(request: Message) -> str:
    """The upstream credential in any dialect: the auth cookie, or a key header; empty: none."""
    return credential(request) or request.value("Authorization") or request.value("X-Api-Key")


def bare(value: str) -> str:
    """The credential of a field's value, without its scheme (`Bearer`, `Basic`)."""
    scheme, _, rest = value.strip().partition(" ")
    return rest.strip() or scheme


def captcha_token(request: Message) -> str:
    """The captcha token of an upstream request, from its header or its body; empty: none."""
    body = request.json()
    within = body.get("recaptchaV3Token") if isinstance(body, dict) else None
    return request.value("x-recaptcha-token") or (within if isinstance(within, str) else "")


Cause = Literal["", "challenge", "captcha", "credential", "other"]


def cause_of(attempt: Attempt) -> Cause:
    """What an upstream refusal is about; the credential only where the provider's JSON says it."""
    response = attempt.egress.response
    if not refused(attempt):
        return ""
    if is_challenge(response):
        return "challenge"
    if is_captcha_refusal(response):
        return "captcha"
    told = response is not None and isinstance(response.json(), dict)
    return "credential" if told and attempt.egress.status in (401, 403, 429) else "other"


@lru_cache(maxsize=64)
def _events(content: bytes) -> tuple[Event, ...]:
    return tuple(EventStream().feed(content))


def events(response: Message | None) -> tuple[Event, ...]:
    """What EventSource would dispatch from this response's content."""
    return _events(response.content or b"") if response else ()


def markers(response: Message | None) -> tuple[bytes, ...]:
    """The markers of upstream content that this response carries, in order."""
    return tuple(MARKER.findall(response.content or b"")) if response else ()


def error_of(response: Message | None) -> dict[str, object] | None:
    """The OpenAI error object of a JSON body, or of an error event in a stream; None: none."""
    if response is None:
        return None
    bodies = [response.json()] if response.media_type != "text/event-stream" else _datas(response)
    for body in bodies:
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict):
            return error
    return None


def _datas(response: Message) -> list[object]:
    found: list[object] = []
    for event in events(response):
        try:
            found.append(json.loads(event.data))
        except ValueError:
            continue
    return found
