"""One attempt, and what its answer means: the two kinds of 403 are told apart here.

A page (HTML, cf-mitigated) is the edge speaking, JSON is the provider.
Seen: NousResearch/hermes-agent#53099 (a challenge told to the user as a rejected key).
"""

import json
import secrets
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum

import httpx

LARGEST_ERROR = 65_536


class Outcome(Enum):
    CONTENT = "content"
    CHALLENGE = "challenge or block page"
    CAPTCHA = "captcha refused"
    CREDENTIAL = "credential refused"
    REDIRECT = "redirect"
    PAGE = "page instead of a stream"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids that the upstream wants to be unique for each request."""

    request: str
    user_message: str
    model_message: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """number: from 1. tried: credentials refused so far, for this client request."""

    number: int
    credential: str
    tried: frozenset[str] = frozenset()
    ids: Ids | None = None
    token: str | None = None

    def again(self, credential: str | None = None) -> "Attempt":
        """The next attempt, with another credential if one is given."""
        spent = self.tried | ({self.credential} if credential else frozenset())
        return replace(
            self, number=self.number + 1, credential=credential or self.credential, tried=spent
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the upstream said before any content. body: not read where it is content."""

    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip()[:1] == b"<"

    @property
    def error(self) -> object:
        """The member `error` of a JSON object, else None."""
        with suppress(ValueError, RecursionError):
            value = json.loads(self.body)
            return value.get("error", value) if isinstance(value, dict) else None
        return None

    @property
    def cause(self) -> str:
        """The provider's own words; empty for a page."""
        error = self.error
        text = error.get("message", "") if isinstance(error, dict) else error or ""
        return str(text)


def outcome_of(answer: Answer) -> Outcome:
    status, edge = answer.status, answer.is_html or answer.body.startswith(b"error code:")
    if status == 200:
        return Outcome.PAGE if edge else Outcome.CONTENT
    if 300 <= status < 400:
        return Outcome.REDIRECT
    if status in (403, 429, 503) and (edge or "cf-mitigated" in answer.headers):
        return Outcome.CHALLENGE
    if status in (401, 403, 429) and answer.error is not None:
        captcha = status == 403 and "captcha" in str(answer.error).lower()
        return Outcome.CAPTCHA if captcha else Outcome.CREDENTIAL
    return Outcome.REFUSED


async def answer_of(response: httpx.Response) -> Answer:
    """Reads and closes what is not content; a body that breaks off counts as far as it came."""
    head = Answer(response.status_code, response.headers)
    if head.status == 200 and not head.is_html:
        return head
    body = bytearray()
    with suppress(httpx.HTTPError):
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_ERROR:
                break
    await response.aclose()
    return replace(head, body=bytes(body))


def uuid7() -> str:
    """RFC 9562 5.7: milliseconds, then random bits."""
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(3 << 62) | 2 << 62))


def fresh_ids() -> Ids:
    return Ids(uuid7(), uuid7(), uuid7())
