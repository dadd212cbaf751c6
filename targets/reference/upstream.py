"""The upstream side as functions: prepared headers, the request's body, what goes to the client."""

from collections.abc import Mapping
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Literal

import httpx

from targets.reference.attempts import Answer, Ids, Outcome
from targets.reference.chat import Chat
from targets.reference.config import Config, Identity
from targets.reference.errors import ApiError, to_json
from targets.reference.fields import HOP_BY_HOP, nominated

Mode = Literal["stream", "plain"]
PATH = "/nextjs-api/stream/create-evaluation"
FORWARDED = ("x-request-id", "x-ratelimit-", "ratelimit", "retry-after")
CONNECT_SECONDS = 5.0


@lru_cache
def prepared(identity: Identity, mode: Mode) -> Mapping[str, str]:
    """Built once for each identity and mode. Streams are uncoded: no coder may hold an event."""
    streaming = mode == "stream"
    return {
        "User-Agent": identity.user_agent,
        "Accept": "text/event-stream" if streaming else "*/*",
        "Accept-Encoding": "identity" if streaming else "gzip, deflate",
        "Content-Type": "text/plain;charset=UTF-8",
    }


def timeouts(config: Config) -> httpx.Timeout:
    """No limit on the whole: only on connecting and on silence."""
    return httpx.Timeout(config.upstream_timeout, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)


def pooled_client(config: Config, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """One pool; it follows no redirect, keeps no cookie and reads no proxy variables."""
    client = httpx.AsyncClient(
        transport=transport,
        verify=SSLContext(PROTOCOL_TLS_CLIENT),
        trust_env=False,
        follow_redirects=False,
        timeout=timeouts(config),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def payload(chat: Chat, ids: Ids) -> bytes:
    said = {"content": chat.text, "experimental_attachments": [], "metadata": {}}
    return to_json(
        {
            "id": ids.request,
            "mode": "direct",
            "modelAId": chat.model,
            "userMessageId": ids.user_message,
            "modelAMessageId": ids.model_message,
            "userMessage": said,
            "modality": "chat",
        }
    )


def forwarded(headers: httpx.Headers) -> dict[str, str]:
    """The end-to-end fields that a client can use: request id, rate limits, Retry-After."""
    gone = {name.decode() for name in HOP_BY_HOP | nominated(headers.raw)}
    kept = (name for name in headers if name.startswith(FORWARDED) and name not in gone)
    return {name: headers[name] for name in kept}


def failure_of(outcome: Outcome, answer: Answer) -> ApiError:
    """The upstream's own status and cause; a page's HTML is never quoted."""
    status = answer.status
    told, kind, code = WORDS.get(outcome, WORDS[Outcome.REFUSED])
    cause = "" if outcome in (Outcome.CHALLENGE, Outcome.PAGE) else answer.cause
    if outcome is Outcome.CREDENTIAL and status == 429:
        told, kind, code = (
            "The upstream's rate limit is reached",
            "rate_limit_error",
            "rate_limited",
        )
    message = f"{told} (status {status})" + (f": {cause}" if cause else ".")
    return ApiError(status if status >= 400 else 502, message, kind, code)


WORDS = {
    Outcome.CHALLENGE: (
        "The edge before the upstream sent a challenge or block page; no credential was judged",
        "upstream_challenge",
        "challenge",
    ),
    Outcome.CAPTCHA: (
        "The upstream did not accept the captcha token",
        "upstream_error",
        "captcha_refused",
    ),
    Outcome.CREDENTIAL: (
        "The upstream refused every credential that was tried",
        "upstream_error",
        "credential_refused",
    ),
    Outcome.REDIRECT: (
        "The upstream answered with a redirect, which is not followed",
        "upstream_error",
        "redirect",
    ),
    Outcome.PAGE: ("The upstream sent a web page instead of an answer", "upstream_error", "page"),
    Outcome.REFUSED: ("The upstream refused the request", "upstream_error", "upstream_status"),
}


def raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Latin-1, as fields are read: what a client sent goes on byte for byte."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
