"""Answer with the page of an edge instead of the upstream's answer.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/challenge_page.py --set challenge_page=challenge

An edge that takes a request for a robot's answers it itself, mostly in HTML and mostly with 403.
Seen: the user is told that the API key was rejected (NousResearch/hermes-agent#53099); a 520 in
JSON is shown as an error of the model (letta-ai/letta-code#2136).
"""

from typing import Literal

from mitmproxy import addonmanager, ctx, http

from mitm_addons.fields import require
from mitm_addons.streaming import answer_instead

Kind = Literal["challenge", "block", "json"]

HTML = "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{text}</body></html>\n"
BODIES: dict[str, str] = {
    "challenge": HTML.format(title="Just a moment...", text="Checking that you are a person."),
    "block": HTML.format(title="Attention Required! | Cloudflare", text="error code: 1010"),
    "json": '{"error":"recaptcha validation failed"}',
}
RAY = "8f2b6c1d4e5a7093-TST"

FAULTS: dict[str, dict[str, object]] = {
    "challenge_page": {"status": 403, "kind": "challenge"},
    "challenge_page_429": {"status": 429, "kind": "challenge"},
    "challenge_page_503": {"status": 503, "kind": "challenge"},
    "challenge_page_520": {"status": 520, "kind": "block"},
    "challenge_page_block": {"status": 403, "kind": "block"},
    "challenge_page_json": {"status": 403, "kind": "json"},
}
AT_RISK: tuple[str, ...] = (
    "identity.challenge_is_not_auth_error",
    "end.content_type_true",
    "end.error_keeps_status",
    "retry.rotates_credential",
)


class ChallengePage:
    """status: of the answer. kind: challenge (HTML, to be solved), block (HTML, final) or json."""

    def __init__(self, status: int | None = None, kind: Kind | None = None) -> None:
        require("kind", kind or "challenge", BODIES)
        self.alone = status is None and kind is None
        self.status = status or 403
        self.kind: Kind = kind or "challenge"

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("challenge_page", str, "challenge", "Kind of page.", tuple(BODIES))
        loader.add_option("challenge_page_status", int, 403, "Status of the answer.")

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.kind = ctx.options.challenge_page
            self.status = ctx.options.challenge_page_status

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        answer_instead(flow, http.Response.make(self.status, BODIES[self.kind], self.headers()))

    def headers(self) -> dict[str, str]:
        html = self.kind != "json"
        fields = {"content-type": "text/html; charset=UTF-8" if html else "application/json"}
        fields |= {"server": "cloudflare", "cf-ray": RAY}
        return fields | ({"cf-mitigated": "challenge"} if self.kind == "challenge" else {})


addons = [ChallengePage()]
