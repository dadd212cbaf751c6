"""Answer with a redirect to another origin instead of the upstream's answer.

    mitmdump --mode reverse:http://127.0.0.1:9000@127.0.0.1:8080 \\
        -s mitm_addons/redirect.py --set redirect=http://127.0.0.1:9001/elsewhere

A client that follows drops its credentials at the border of an origin (RFC 9110 15.4), and keeps
method and body on 307 and 308. Seen: keys in Authorization and in custom fields at the second host
(openai/openai-python#3516, rmusser01/tldw_chatbook#1925).
"""

from mitmproxy import addonmanager, ctx, http

from mitm_addons.streaming import answer_instead

DISCARD = "http://127.0.0.1:9/"

FAULTS: dict[str, dict[str, object]] = {
    "redirect": {"status": 307},
    "redirect_301": {"status": 301},
    "redirect_302": {"status": 302},
    "redirect_303": {"status": 303},
    "redirect_308": {"status": 308},
}
AT_RISK: tuple[str, ...] = (
    "secrets.not_across_redirect",
    "end.error_keeps_status",
    "retry.bounded",
)


class Redirect:
    """status: of the answer. location: an absolute URL; without it the discard port of this
    machine, where nobody listens.
    """

    def __init__(self, status: int | None = None, location: str | None = None) -> None:
        self.alone = status is None and location is None
        self.status = status or 307
        self.location = location or DISCARD

    def load(self, loader: addonmanager.Loader) -> None:
        loader.add_option("redirect", str, DISCARD, "URL to redirect to.")
        loader.add_option("redirect_status", int, 307, "Status of the answer.")

    def configure(self, updated: set[str]) -> None:
        if self.alone:
            self.location = ctx.options.redirect
            self.status = ctx.options.redirect_status

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        answer_instead(flow, http.Response.make(self.status, b"", {"location": self.location}))


addons = [Redirect()]
