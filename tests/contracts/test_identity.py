"""Identity: what must not be convicted, and what hides behind another field or path."""

import pytest

from contracts.judge import judge
from contracts.record import Ask, Declares
from contracts.testing import BROWSER, COOKIES, Part, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Verdict

PLAIN = Ask(stream=False)
JSON = {"Content-Type": "application/json"}
SSE = {"Content-Type": "text/event-stream"}
PAGE = got(403, {"Content-Type": "text/html"}, b"<html><title>Just a moment...</title></html>")
ASKS = Declares(user_agent="browser", max_attempts=3, captcha_path="/captcha")
FETCH = "GET /captcha/token HTTP/1.1"


def verdict(trace: Trace, name: str) -> Verdict:
    (found,) = judge(trace, [f"identity.{name}"])
    return found


def fetch(at: float, status: int, token: str = "") -> tuple[Part, Part]:
    return sent(line=FETCH, at=at), got(status, (), {"token": token}, at=at)


def test_a_user_agent_is_told_once_for_each_path() -> None:
    wrong = sent({"User-Agent": "curl/8.5"})
    found = verdict(trial(call(wrong, wrong), call(wrong, ask=PLAIN)), "user_agent").findings
    assert [one.why for one in found] == ["on a stream request", "on a plain request"]
    assert all(one.at and one.at.tap == "egress" for one in found)


@pytest.mark.parametrize(
    "agents",
    [(), ("",), (BROWSER, BROWSER), ("Mozilla/5.0",), ("Mozilla/5.0 (X11) curl/8.5",)],
)
def test_no_browser(agents: tuple[str, ...]) -> None:
    trace = trial(call(sent([("User-Agent", agent) for agent in agents])))
    assert verdict(trace, "user_agent").outcome == "fail"


def test_a_fixed_user_agent_is_held_to_the_letter() -> None:
    fixed = Declares(user_agent="fixed: gate/1.0")
    for agent, wanted in (("gate/1.0", "pass"), ("gate/1.1", "fail")):
        trace = trial(call(sent({"User-Agent": agent})), dialect="openai", declares=fixed)
        assert verdict(trace, "user_agent").outcome == wanted


def test_a_forwarding_target_fetches_tokens_under_its_own_name() -> None:
    own = [(sent({"User-Agent": "gate/1.0"}, line=FETCH), None)]
    trace = trial(call(sent(), auxiliaries=own), declares=Declares())
    assert verdict(trace, "user_agent").outcome == "pass"


@pytest.mark.parametrize(
    ("accept", "ask", "wanted"),
    [
        ("text/event-stream;q=0, */*", Ask(stream=True), "fail"),
        ("text/*", Ask(stream=True), "fail"),
        ("TEXT/EVENT-STREAM", Ask(stream=True), "pass"),
        ("application/json;q=0, */*", PLAIN, "fail"),
        ("application/*;q=0.1", PLAIN, "pass"),
        ("*/*", PLAIN, "pass"),
        ("text/html", PLAIN, "fail"),
    ],
)
def test_accept_of_a_bridge(accept: str, ask: Ask, wanted: str) -> None:
    trace = trial(call(sent({"Accept": accept}), ask=ask))
    assert verdict(trace, "accept").outcome == wanted


def test_the_upstream_body_says_what_the_upstream_request_asks_for() -> None:
    collects = sent({"Accept": "text/event-stream"}, {"stream": True})
    trace = trial(call(collects, ask=PLAIN), dialect="openai")
    assert verdict(trace, "accept").outcome == "pass"


def test_two_accept_fields_may_become_one_but_not_another() -> None:
    two = sent([("Accept", "text/event-stream"), ("Accept", "application/json")])
    for value, wanted in (
        ("text/event-stream, application/json", "pass"),
        ("application/json", "fail"),
    ):
        trace = trial(call(sent({"Accept": value}), asks=two), dialect="transparent")
        assert verdict(trace, "accept").outcome == wanted


def test_a_406_is_the_targets_only_if_nobody_else_said_it() -> None:
    asks = sent({"Accept": "*/*"})
    relayed = trial(call((asks, got(406)), asks=asks, gets=got(406)), dialect="transparent")
    assert verdict(relayed, "accept").outcome == "pass"
    image = sent({"Accept": "image/png"})
    assert verdict(trial(call(asks=image, gets=got(406))), "accept").outcome == "pass"


def test_cookies_are_for_the_arena_and_an_unknown_clearance_is_bound_to_nothing() -> None:
    assert verdict(trial(call(sent()), dialect="openai"), "cookies").outcome == "not_applicable"
    bare = {"Cookie": COOKIES, "User-Agent": BROWSER}
    unknown = trial(call(sent(bare)), clearances=[("clear-9", "other")])
    assert verdict(unknown, "cookies").outcome == "pass"
    library = sent({"Cookie": COOKIES, "User-Agent": "curl/8.5"})
    consequence = trial(call(library), clearances=[("clear-1", BROWSER)])
    assert verdict(consequence, "cookies").outcome == "pass"


def test_another_clearance_brings_its_own_user_agent() -> None:
    first = {"User-Agent": BROWSER, "Cookie": COOKIES}
    other = {"User-Agent": f"{BROWSER} 2", "Cookie": COOKIES.replace("clear-1", "clear-2")}
    assert verdict(trial(call(sent(first), sent(other))), "retry_parity").outcome == "pass"
    other["Cookie"] = COOKIES
    assert verdict(trial(call(sent(first), sent(other))), "retry_parity").outcome == "fail"


def test_a_page_may_be_named_in_an_error_but_not_shown() -> None:
    named = b'data: {"error":{"message":"403: Just a moment...","type":"upstream_challenge"}}\n\n'
    shown = b'data: {"choices":[{"delta":{"content":"\\u003cHTML> ..."}}]}\n\n'
    title = b'data: {"choices":[{"delta":{"content":"Just a moment..."}}]}\n\n'
    for body, wanted in ((named, "pass"), (shown, "fail"), (title, "fail")):
        trace = trial(call((sent(), PAGE), gets=got(200, SSE, body)))
        assert verdict(trace, "challenge_is_not_auth_error").outcome == wanted


def test_a_refusal_by_the_provider_is_no_challenge() -> None:
    refusal = got(401, JSON, {"error": {"message": "no", "type": "authentication_error"}})
    alone = trial(call((sent(), refusal), gets=refusal))
    assert verdict(alone, "challenge_is_not_auth_error").outcome == "untestable"
    later = trial(call((sent(), PAGE), (sent(), refusal), gets=refusal))
    assert verdict(later, "challenge_is_not_auth_error").outcome == "pass"


def test_a_transparent_proxy_must_not_turn_a_page_into_401() -> None:
    relayed = trial(call((sent(), PAGE), gets=PAGE), dialect="transparent")
    assert verdict(relayed, "challenge_is_not_auth_error").outcome == "pass"
    turned = trial(call((sent(), PAGE), gets=got(401)), dialect="transparent")
    assert verdict(turned, "challenge_is_not_auth_error").outcome == "fail"


def test_a_token_for_each_attempt() -> None:
    first, second = sent({"x-recaptcha-token": "t1"}, at=2), sent((), {"recaptchaV3Token": "t2"})
    tokens = [fetch(1, 200, "t1"), fetch(2.5, 200, "t2")]
    trace = trial(call((first, got(403, at=2)), second, auxiliaries=tokens), declares=ASKS)
    assert verdict(trace, "captcha_token_optional").outcome == "pass"


@pytest.mark.parametrize(("token", "wanted"), [("", "pass"), ("t1", "fail"), ("None", "fail")])
def test_no_token_the_second_time(token: str, wanted: str) -> None:
    first, second = sent({"x-recaptcha-token": "t1"}, at=2), sent({"x-recaptcha-token": token})
    tokens = [fetch(1, 200, "t1"), fetch(2.5, 503)]
    trace = trial(call((first, got(403, at=2)), second, auxiliaries=tokens), declares=ASKS)
    assert verdict(trace, "captcha_token_optional").outcome == wanted


def test_a_hang_of_the_upstream_is_not_the_tokens() -> None:
    slow = Ask(stream=True, gave_up=5.0)
    trace = trial(call((sent(), None), ask=slow, auxiliaries=[fetch(0, 503)]), declares=ASKS)
    assert verdict(trace, "captcha_token_optional").outcome == "pass"
    without = trial(call(sent()))
    assert verdict(without, "captcha_token_optional").outcome == "not_applicable"


def test_a_token_that_came_too_late_was_not_to_be_had() -> None:
    late = sent(line=FETCH, at=1), got(200, (), {"token": "t1"}, at=3)
    for began, wanted in ((2.0, "pass"), (4.0, "fail")):
        trace = trial(call(sent(at=began), auxiliaries=[late]), declares=ASKS)
        assert verdict(trace, "captcha_token_optional").outcome == wanted
