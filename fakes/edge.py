"""A Cloudflare-like edge: it judges a request by its headers before the upstream sees it.

The first rule that matches answers. Which rule it was stands only in the edge's own log, never on
the wire. Seen: streams that got 403 while plain requests passed (docs/streaming-403.md); rules from
Cloudflare's documents on cf_clearance, cf-mitigated and error 1010.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from contracts.message import Message
from contracts.needs import AUTH_COOKIE, CLEARANCE_COOKIE, account, cookies
from fakes.identities import AUTH_TOKENS, BINDINGS
from fakes.script import Reply, error

LIBRARY_AGENT = re.compile(
    r"(python-httpx|python-requests|python-urllib|aiohttp|openai/python|anthropic/python"
    r"|go-http-client|node\b|undici|curl|okhttp|java/)",
    re.IGNORECASE,
)


class EdgePolicy(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which rules are on; `rate` and `stream_rate` are requests a credential may make in a case
    (0: no limit), `banned` and `expired` count credentials in the order they come, `max_body`
    is in bytes (0: no limit), `retry_after` is what a 429 says (seconds or an HTTP date).
    """

    user_agent: bool = True
    clearance: bool = False
    clearance_expired: bool = False
    accept: bool = True
    captcha: bool = False
    auth: bool = False
    banned: int = 0
    rate: int = 0
    stream_rate: int = 0
    rate_page: bool = False
    retry_after: str = "120"
    max_body: int = 0


OFF = EdgePolicy(user_agent=False, accept=False)
ARENA = EdgePolicy(clearance=True, auth=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule that fired, for the log, and what goes on the wire."""

    rule: str
    reply: Reply


@dataclass(slots=True)
class Edge:
    """The edge of one case: its policy, and what it has counted so far."""

    policy: EdgePolicy
    stream: bool = True  # the scenario says so: on the wire both modes look alike
    credentials: list[str] = field(default_factory=list)
    calls: dict[tuple[str, bool], int] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    bindings: Mapping[str, str] = field(default_factory=lambda: dict(BINDINGS))

    def judge(self, request: Message) -> Refusal | None:
        """The refusal of the first rule that matches; None: the request passes."""
        return next((found for rule in RULES if (found := rule(self, request))), None)


def _user_agent(edge: Edge, request: Message) -> Refusal | None:
    agents = request.values("User-Agent")
    if not edge.policy.user_agent:
        return None
    if len(agents) > 1:
        return Refusal("repeated_user_agent", block_page())
    if not agents or not agents[0]:
        return Refusal("no_user_agent", block_page())
    return Refusal("library_user_agent", block_page()) if LIBRARY_AGENT.match(agents[0]) else None


def _clearance(edge: Edge, request: Message) -> Refusal | None:
    given = [value for name, value in cookies(request) if name == CLEARANCE_COOKIE]
    if not edge.policy.clearance:
        return None
    if len(given) != 1:
        return Refusal("repeated_clearance" if given else "no_clearance", challenge_page())
    if edge.policy.clearance_expired or given[0] not in edge.bindings:
        return Refusal("expired_clearance", challenge_page())
    bound = edge.bindings[given[0]] == request.value("User-Agent")
    return None if bound else Refusal("clearance_of_another_user_agent", challenge_page())


def _accept(edge: Edge, request: Message) -> Refusal | None:
    admitted = "text/event-stream" in request.value("Accept").lower()
    if not (edge.policy.accept and edge.stream) or admitted:
        return None
    return Refusal("accept_without_event_stream", challenge_page())


def _body(edge: Edge, request: Message) -> Refusal | None:
    limit = edge.policy.max_body
    return Refusal("body_too_large", block_page()) if 0 < limit < len(request.body) else None


def _auth(edge: Edge, request: Message) -> Refusal | None:
    given = [value for name, value in cookies(request) if name == AUTH_COOKIE]
    if not edge.policy.auth:
        return None
    if len(given) != 1 or given[0] not in AUTH_TOKENS:
        rule = "unknown_credential" if given else "no_credential"
        return Refusal(rule, unauthorized())
    if given[0] not in edge.credentials:
        edge.credentials.append(given[0])
    if edge.credentials.index(given[0]) < edge.policy.banned:
        return Refusal("banned_credential", unauthorized())
    return None


def _captcha(edge: Edge, request: Message) -> Refusal | None:
    if not edge.policy.captcha:
        return None
    token = request.value("x-recaptcha-token") or _body_token(request)
    if not token or token in edge.spent:
        return Refusal("spent_captcha" if token else "no_captcha", captcha_refusal())
    edge.spent.add(token)
    return None


def _body_token(request: Message) -> str:
    body = request.json()
    return str(body.get("recaptchaV3Token") or "") if isinstance(body, dict) else ""


def _rate(edge: Edge, request: Message) -> Refusal | None:
    limit = edge.policy.stream_rate if edge.stream else edge.policy.rate
    who = (account(request), edge.stream)
    edge.calls[who] = edge.calls.get(who, 0) + 1
    if not 0 < limit < edge.calls[who]:
        return None
    return Refusal("rate", rate_limited(edge.policy.retry_after, page=edge.policy.rate_page))


RULES: tuple[Callable[[Edge, Message], Refusal | None], ...] = (
    _user_agent,
    _clearance,
    _accept,
    _body,
    _auth,
    _captcha,
    _rate,
)


def _page(title: str, text: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{text}</body></html>"


_CLOUD = (("server", "cloudflare"), ("cf-ray", "8f00ba4c0ffee123-XXX"))
_HTML = "text/html; charset=UTF-8"


def challenge_page(status: int = 403) -> Reply:
    """The page that asks a browser to prove itself."""
    page = _page("Just a moment...", "Checking that you are a browser.")
    return error(status, page, (*_CLOUD, ("cf-mitigated", "challenge")), _HTML)


def block_page(status: int = 403) -> Reply:
    """The page that bans a browser signature: error 1010."""
    page = _page("Attention Required! | Cloudflare", "Access denied. error code: 1010")
    return error(status, page, _CLOUD, _HTML)


def unauthorized() -> Reply:
    return error(401, json.dumps({"error": "invalid or expired credential"}))


def captcha_refusal() -> Reply:
    return error(403, json.dumps({"error": "recaptcha validation failed"}))


def rate_limited(retry_after: str, *, page: bool = False, status: int = 429) -> Reply:
    """Too many requests: JSON, or a challenge page, with Retry-After."""
    wait = (("Retry-After", retry_after),)
    if page:
        shown = challenge_page(status)
        return error(status, _page("Just a moment...", "Slow down."), shown.headers + wait, _HTML)
    limits = (("x-ratelimit-limit-requests", "30"), ("x-ratelimit-remaining-requests", "0"))
    return error(status, json.dumps({"error": "too many requests"}), wait + limits)
