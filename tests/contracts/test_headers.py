"""What the header contracts must not convict, and what they must not overlook."""

import gzip

import pytest

from contracts.judge import judge
from contracts.record import Ask
from contracts.testing import EVENTS, PIECES, call, got, sent, trial
from contracts.trace import Trace

PLAIN = Ask(stream=False, stream_flag="false")
GZIP = {"Content-Encoding": "gzip"}
CODED = gzip.compress(PIECES, mtime=0)
ID = {"X-Request-Id": "1"}
UP = {"Connection": "Upgrade", "Upgrade": "x-canary"}
TIED = [("Connection", "close, X-Hop"), ("X-Hop", "a, b")]
GOOD = call((sent(), got(200, ID)), gets=got(200, ID), ask=PLAIN)


def passed(up: dict[str, str], asks: dict[str, str]) -> Trace:
    return trial(call(sent(up), asks=sent(asks)), dialect="transparent")


def answered(came: dict[str, str], went: dict[str, str], status: int = 200) -> Trace:
    attempt = (sent(), got(status, came, b"{}"))
    return trial(call(attempt, gets=got(status, went, b"{}")), dialect="transparent")


def coded(offer: str, *, status: int = 200, body: bytes = b"data: x\n\n") -> Trace:
    attempt = (sent({"Accept-Encoding": offer}), got(200, GZIP, CODED))
    return trial(call(attempt, gets=got(status, {}, body)))


CASES = [
    ("request_forwarded", "pass", passed({"X-Forwarded-For": "1, 2"}, {"X-Forwarded-For": "1"})),
    ("request_forwarded", "pass", passed({}, {"no colon here": "", "Host": "a", "TE": "x"})),
    ("request_forwarded", "fail", passed({"X-Beta": "a"}, {"X-Beta": "a, b"})),
    ("request_forwarded", "fail", passed({"Cookie": "a=1"}, {"Cookie": "a=1; b=2"})),
    ("request_forwarded", "untestable", trial(call(), dialect="transparent")),
    ("hop_by_hop_removed", "pass", passed(UP, UP)),
    ("hop_by_hop_removed", "fail", passed({"Upgrade": "x-canary"}, UP)),
    ("hop_by_hop_removed", "pass", passed({"TE": "trailers"}, {"TE": "trailers"})),
    ("hop_by_hop_removed", "fail", passed({"TE": "x-canary"}, {"TE": "trailers, x-canary"})),
    ("hop_by_hop_removed", "untestable", passed({}, {"Connection": "keep-alive"})),
    ("hop_by_hop_removed", "fail", trial(call(sent([("x-hop", "b")]), asks=sent(TIED)))),
    ("response_forwarded", "pass", answered({**ID, "Server": "a"}, {**ID, "Server": "nginx"})),
    ("response_forwarded", "fail", answered({**ID, "Link": "a"}, ID)),
    ("response_forwarded", "pass", answered({**ID, "Retry-After": "1"}, ID, 429)),
    ("response_forwarded", "untestable", trial(GOOD)),
    ("response_forwarded", "untestable", trial(GOOD, call((sent(), got(200, ID, at=99))))),
    ("response_forwarded", "fail", trial(GOOD, call((sent(), got(200, ID))))),
    ("retry_after_forwarded", "untestable", answered({"Retry-After": "1"}, {})),
    ("retry_after_forwarded", "fail", answered({"RateLimit": "a"}, {}, 503)),
    ("repeated_fields_separate", "untestable", answered({"Set-Cookie": "a=1"}, {})),
    ("content_encoding_true", "pass", coded("gzip", body=EVENTS)),
    ("content_encoding_true", "pass", coded("identity", status=502)),
    ("content_encoding_true", "fail", coded("gzip;q=1.0", status=502)),
    ("content_encoding_true", "fail", coded("gzip", body=CODED)),
    ("content_encoding_true", "untestable", trial(call((sent(), got(200, {}, PIECES))))),
]


@pytest.mark.parametrize(("name", "outcome", "trace"), CASES)
def test_verdict(name: str, outcome: str, trace: Trace) -> None:
    (verdict,) = judge(trace, [f"headers.{name}"])
    assert verdict.outcome == outcome, (verdict.reason, verdict.findings)


def test_a_lost_name_is_told_once() -> None:
    lost = call(sent(), asks=sent({"X-Trace": "1"}))
    (verdict,) = judge(trial(lost, lost, dialect="transparent"), ["headers.request_forwarded"])
    assert [finding.header for finding in verdict.findings] == ["x-trace"]


def test_cookies_added_by_the_proxy_are_its_own() -> None:
    came = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    went = [("Set-Cookie", "node=1"), *came]
    trace = trial(call((sent(), got(200, came)), gets=got(200, went)), dialect="transparent")
    (verdict,) = judge(trace, ["headers.repeated_fields_separate"])
    assert verdict.outcome == "pass"
