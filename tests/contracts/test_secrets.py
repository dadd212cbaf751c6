"""Secrets: which values count, where they may be, and whom a redirect was followed by."""

import pytest

from contracts.judge import judge
from contracts.record import Ask, Declares, Secret
from contracts.testing import Part, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Verdict

KEY = "sk-canary-000001"
AUTH = {"Authorization": f"Bearer {KEY}"}
JSON = {"Content-Type": "application/json"}
AWAY = got(302, {"Location": "http://other.invalid/"})


def verdict(trace: Trace, name: str) -> Verdict:
    (found,) = judge(trace, [f"secrets.{name}"])
    return found


@pytest.mark.parametrize(
    ("asks", "goes", "wanted"),
    [
        (AUTH, sent({"Via": KEY}), "fail"),
        (AUTH, sent(line="POST /v1/chat?key=sk%2Dcanary-000001 HTTP/1.1"), "fail"),
        ({"X-Goog-Api-Key": KEY}, sent(AUTH), "fail"),
        ({"Cookie": "lang=en; theme=dark"}, sent({"Accept-Language": "en, dark"}), "pass"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, sent({"X-Was": "dXNlcjpwYXNz"}), "fail"),
        ({}, sent(AUTH), "pass"),
    ],
)
def test_any_value_that_the_client_was_trusted_with(
    asks: dict[str, str], goes: Part, wanted: str
) -> None:
    trace = trial(call(goes, asks=sent(asks)), dialect="openai")
    assert verdict(trace, "client_credential_stops").outcome == wanted


def test_a_declared_header_lets_pass_only_itself() -> None:
    declared = Declares(credential_headers=("Authorization",))
    for header, wanted in (("authorization", "pass"), ("X-Key", "fail")):
        trace = trial(call(sent({header: KEY}), asks=sent(AUTH)), declares=declared)
        assert verdict(trace, "client_credential_stops").outcome == wanted


def test_a_token_refresh_leaks_too_and_a_shared_credential_does_not() -> None:
    refresh = [(sent(AUTH, line="GET /captcha HTTP/1.1"), None)]
    leak = trial(call(sent(), asks=sent(AUTH), auxiliaries=refresh))
    assert verdict(leak, "client_credential_stops").outcome == "fail"
    shared = trial(call(sent(AUTH), asks=sent(AUTH)), secrets=[Secret("auth_token", KEY)])
    assert verdict(shared, "client_credential_stops").outcome == "pass"


def test_a_secret_under_another_name_crosses_too() -> None:
    crossed = call((sent(AUTH), AWAY), elsewhere=[sent({"X-Key": f"v={KEY}"})])
    assert verdict(trial(crossed, dialect="transparent"), "not_across_redirect").outcome == "fail"


def test_a_client_that_follows_is_not_the_target() -> None:
    followed = call((sent(AUTH), AWAY), gets=got(302, at=3), elsewhere=[sent(AUTH, at=4)])
    assert verdict(trial(followed, dialect="transparent"), "not_across_redirect").outcome == "pass"


def test_a_302_may_become_a_get_and_no_redirect_is_untestable() -> None:
    get = sent(line="GET /elsewhere HTTP/1.1")
    trace = trial(call((sent(AUTH, b"{}"), AWAY), elsewhere=[get]))
    assert verdict(trace, "not_across_redirect").outcome == "pass"
    assert verdict(trial(call(sent())), "not_across_redirect").outcome == "untestable"


def test_a_log_line_counts_on_every_dialect_and_is_shown_without_the_secret() -> None:
    trace = trial(
        call((sent(), got(500)), gets=got(500)),
        secrets=[Secret("client_key", KEY)],
        log=[f"POST /?key={KEY}"],
        dialect="transparent",
    )
    (found,) = verdict(trace, "not_in_errors").findings
    assert found.actual == "client_key in: POST /?key=***"


def test_content_is_no_error() -> None:
    said = got(200, JSON, {"choices": [KEY]})
    calls = call(sent(), gets=said), call((sent(), got(500)), gets=got(500))
    trace = trial(*calls, secrets=[Secret("client_key", KEY)])
    assert verdict(trace, "not_in_errors").outcome == "pass"


def test_a_named_error_event_counts() -> None:
    stream = got(
        200, {"Content-Type": "text/event-stream"}, f"event: error\ndata: {KEY}\n\n".encode()
    )
    trace = trial(call((sent(), got(500)), gets=stream), secrets=[Secret("auth_token", KEY)])
    assert verdict(trace, "not_in_errors").outcome == "fail"


def test_a_refused_client_causes_no_token_refresh() -> None:
    bad = Ask(stream=True, intent="bad_credential")
    refresh = [(sent(line="GET /captcha HTTP/1.1"), None)]
    trace = trial(call(ask=bad, gets=got(401), auxiliaries=refresh))
    assert verdict(trace, "unauthenticated_refused").outcome == "fail"
    assert verdict(trial(call(gets=got(401))), "unauthenticated_refused").outcome == "untestable"
