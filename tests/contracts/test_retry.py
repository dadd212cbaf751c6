"""Retries: order in time, what concerns a credential, and what a correct bridge may do."""

import zlib
from dataclasses import replace

import pytest

from contracts.judge import judge
from contracts.message import Chunk
from contracts.record import Declares
from contracts.testing import COOKIES, EVENTS, Part, call, got, sent, trial
from contracts.trace import Trace
from contracts.verdict import Verdict

JSON = {"Content-Type": "application/json"}
SSE = {"Content-Type": "text/event-stream"}
HTML = {"Content-Type": "text/html"}
ONE, TWO = sent({"Cookie": COOKIES}), sent({"Cookie": "cf_clearance=clear-1; arena-auth-prod-v1=2"})
REFUSED = got(401, JSON, {"error": "expired"})
CAPTCHA = got(403, JSON, {"error": "recaptcha validation failed"})
PAGE = got(403, HTML, b"<html>")
TOLD = {"error": {"message": "upstream answered 401", "type": "upstream_error"}}
ONLY_ONE = Declares(user_agent="browser", max_attempts=3, credentials=1)
ASKS = Declares(user_agent="browser", max_attempts=3, credentials=3, captcha_path="/captcha")


def verdict(trace: Trace, name: str) -> Verdict:
    (found,) = judge(trace, [f"retry.{name}"])
    return found


def rechunked(trace: Trace, coding: str, *chunks: Chunk) -> Trace:
    """The same trace, with these chunks in the answer that the client got."""
    (one,) = trace.exchanges
    assert one.ingress
    assert one.ingress.response
    headers = (*one.ingress.response.headers, ("Content-Encoding", coding))
    answer = replace(one.ingress.response, headers=headers, chunks=chunks)
    return replace(trace, exchanges=(replace(one, ingress=replace(one.ingress, response=answer)),))


@pytest.mark.parametrize(("rest_at", "wanted"), [(3.5, "fail"), (9.0, "pass")])
def test_content_counts_from_its_first_whole_marker(rest_at: float, wanted: str) -> None:
    whole = got(200, SSE, EVENTS)
    trace = trial(call((sent(), got(502, at=3)), (sent(at=4), whole), gets=whole))
    coder = zlib.compressobj(wbits=31)
    start = coder.compress(b"data: ~abc") + coder.flush(zlib.Z_SYNC_FLUSH)
    rest = coder.compress(b"def-0~ one\n\n") + coder.flush()
    cut = rechunked(trace, "gzip", Chunk(3.2, start), Chunk(rest_at, rest))
    assert verdict(cut, "no_splice").outcome == wanted


def test_attempts_that_number_their_content_alike_are_told_apart_by_count() -> None:
    half = got(200, SSE, b"data: ~abcdef-0~ one\n\n", cut=True)
    whole = got(200, SSE, EVENTS)
    assert verdict(
        trial(call((sent(), half), (sent(), whole), gets=whole)), "no_splice"
    ).outcome == ("pass")


def test_no_splice_needs_content() -> None:
    assert verdict(trial(call(sent())), "no_splice").outcome == "untestable"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [(got(500), "untestable"), (PAGE, "untestable"), (CAPTCHA, "untestable"), (REFUSED, "warn")],
)
def test_failover_is_for_credentials(answer: Part, wanted: str) -> None:
    trace = trial(call((ONE, answer), gets=got(401, JSON, TOLD)))
    assert verdict(trace, "failover_before_content").outcome == wanted


def test_failover_ends_at_another_kind_of_failure_and_needs_a_second_credential() -> None:
    other = trial(call((ONE, REFUSED), (TWO, got(500)), gets=got(500)))
    assert verdict(other, "failover_before_content").outcome == "pass"
    single = trial(call((ONE, REFUSED), gets=REFUSED), declares=ONLY_ONE)
    assert verdict(single, "failover_before_content").outcome == "not_applicable"


def test_a_client_that_leaves_a_begun_stream_ends_the_search() -> None:
    left = trial(call((ONE, REFUSED), gets=got(200, SSE, b": keep-alive\n\n", cut=True)))
    assert verdict(left, "failover_before_content").outcome == "pass"


def test_only_a_transparent_replay_is_blind() -> None:
    again = call((sent(), got(503)), sent())
    assert verdict(trial(again), "bounded").outcome == "pass"
    found = verdict(trial(again, dialect="transparent"), "bounded").findings
    assert [one.expected for one in found] == ["at most 1 upstream requests", "one POST upstream"]


def token(request: str, value: str) -> Part:
    return sent({"Cookie": request, "x-recaptcha-token": value})


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        (token(COOKIES, "t2"), "pass"),
        (token(COOKIES, "t1"), "fail"),
        (token("arena-auth-prod-v1=2", "t2"), "fail"),
    ],
)
def test_a_captcha_refusal_wants_a_fresh_token_and_the_same_credential(
    second: Part, wanted: str
) -> None:
    trace = trial(call((token(COOKIES, "t1"), CAPTCHA), second), declares=ASKS)
    assert verdict(trace, "rotates_credential").outcome == wanted


def test_no_token_twice_is_right_if_one_was_asked_for() -> None:
    asked = [(sent(line="GET /captcha HTTP/1.1", at=2.5), got(503, at=2.6))]
    first, answer = sent({"Cookie": COOKIES}, at=2), got(403, JSON, {"error": "recaptcha"}, at=2.1)
    for auxiliaries, wanted in ((asked, "pass"), ([], "fail")):
        trace = trial(
            call((first, answer), sent({"Cookie": COOKIES}, at=3), auxiliaries=auxiliaries),
            declares=ASKS,
        )
        assert verdict(trace, "rotates_credential").outcome == wanted


def test_another_clearance_may_bring_another_credential() -> None:
    other = sent({"Cookie": "cf_clearance=clear-2; arena-auth-prod-v1=2"})
    assert verdict(trial(call((ONE, PAGE), other)), "rotates_credential").outcome == "pass"


def test_one_credential_may_be_tried_again() -> None:
    trace = trial(call((ONE, got(429, JSON, {"error": "slow"})), ONE), declares=ONLY_ONE)
    assert verdict(trace, "rotates_credential").outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "asks", "wanted"),
    [
        (got(503, JSON, {"error": {"message": "none left"}}), sent(), "fail"),
        (got(200, SSE, b'data: {"error":{"message":"none left"}}\n\n'), sent(), "fail"),
        (got(429, {"Retry-After": "60"}), sent(), "pass"),
        (got(502), sent(), "pass"),
        (got(401), sent({"Authorization": "Bearer another"}), "pass"),
    ],
)
def test_deletion_is_an_error_of_the_targets_own(answer: Part, asks: Part, wanted: str) -> None:
    trace = trial(call((ONE, REFUSED), gets=REFUSED), call(asks=asks, gets=answer))
    assert verdict(trace, "rotates_credential").outcome == wanted


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("upstream said 401", "pass"), ("token EXPIRED today", "pass"), ("try later", "fail")],
)
def test_a_message_names_the_cause_by_status_or_words(message: str, wanted: str) -> None:
    answer = got(401, JSON, {"error": {"message": message}})
    trace = trial(call((ONE, REFUSED), gets=answer))
    assert verdict(trace, "exhausted_reports_upstream").outcome == wanted


def test_the_last_status_counts_and_a_success_is_no_exhaustion() -> None:
    both = call((ONE, REFUSED), (TWO, got(429, JSON, {"error": "slow"})), gets=got(401, JSON, TOLD))
    found = verdict(trial(both), "exhausted_reports_upstream").findings
    assert (found[0].expected, found[0].actual) == (429, 401)
    good = trial(call((ONE, REFUSED), TWO))
    assert verdict(good, "exhausted_reports_upstream").outcome == "untestable"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "soon"},
        {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"Retry-After": "Sun, 99 Nov 99999 08:49:37 GMT", "Date": "x"},
    ],
)
def test_what_cannot_be_read_asks_for_nothing(headers: dict[str, str]) -> None:
    trace = trial(call((ONE, got(429, headers)), ONE))
    assert verdict(trace, "honours_retry_after").outcome == "untestable"


def test_another_attempt_in_between_does_not_shorten_the_wait() -> None:
    wait = got(429, {"Retry-After": "120"})
    trace = trial(call((ONE, wait), (TWO, REFUSED), ONE))
    assert verdict(trace, "honours_retry_after").outcome == "warn"


def test_another_server_was_not_asked_to_wait() -> None:
    first, second = sent({"Host": "a.invalid"}), sent({"Host": "b.invalid"})
    trace = trial(call((first, got(503, {"Retry-After": "120"})), second), dialect="openai")
    assert verdict(trace, "honours_retry_after").outcome == "pass"


def test_an_idempotency_key_that_only_one_attempt_has() -> None:
    key = sent({"Idempotency-Key": "k"})
    assert verdict(trial(call(key, sent()), dialect="openai"), "fresh_ids").outcome == "fail"
    assert verdict(trial(call(key), call(sent())), "fresh_ids").outcome == "untestable"


def test_ids_that_an_openai_upstream_never_heard_of_do_not_count() -> None:
    again = sent((), {"id": "a"})
    assert verdict(trial(call(again, again), dialect="openai"), "fresh_ids").outcome == "untestable"
