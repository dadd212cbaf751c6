"""Each rule of the edge fires on its own fault, can be switched off, and stays off the wire."""

import json
from collections.abc import Mapping

import msgspec
import pytest

from contracts.message import Message
from fakes.edge import OFF, RULES, Edge, EdgePolicy
from fakes.identities import AUTH_TOKENS, CLEARANCES, USER_AGENTS
from tests.fakes.loopback import message, playing, run

ALL = EdgePolicy(clearance=True, captcha=True, auth=True, rate=9, stream_rate=9, max_body=99)
GOOD = {
    "User-Agent": USER_AGENTS[0],
    "Accept": "text/event-stream",
    "Cookie": f"cf_clearance={CLEARANCES[0]}; arena-auth-prod-v1={AUTH_TOKENS[0]}",
    "x-recaptcha-token": "fresh",
}
ONLY = {
    "user_agent": EdgePolicy(accept=False),
    "clearance": msgspec.structs.replace(OFF, clearance=True),
    "accept": EdgePolicy(user_agent=False),
    "body": msgspec.structs.replace(OFF, max_body=8),
    "auth": msgspec.structs.replace(OFF, auth=True),
    "captcha": msgspec.structs.replace(OFF, captcha=True),
}
LIBRARIES = (
    *("python-httpx/0.28.1", "python-requests/2.32", "Python-urllib/3.11", "aiohttp/3.9"),
    *("OpenAI/Python 1.50", "Anthropic/Python 0.40", "Go-http-client/1.1", "node", "node/22"),
    *("undici", "curl/8.5.0", "okhttp/4.12", "Java/21"),
)


def raw(headers: Mapping[str, str], body: bytes = b"", more: str = "") -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value != "-")
    length = f"Content-Length: {len(body)}\r\n\r\n"
    return f"POST / HTTP/1.1\r\nHost: x\r\n{fields}{more}{length}".encode() + body


def request(**changed: str) -> Message:
    """A good request with some fields changed; `-` leaves one out."""
    return message(raw(GOOD | {name.replace("_", "-"): v for name, v in changed.items()}))


def cookies(clearance: str = CLEARANCES[0], auth: str = AUTH_TOKENS[0]) -> str:
    return f"cf_clearance={clearance}; arena-auth-prod-v1={auth}"


WRONG: tuple[tuple[str, str, bytes], ...] = (
    ("user_agent", "no_user_agent", raw(GOOD | {"User-Agent": "-"})),
    ("user_agent", "no_user_agent", raw(GOOD | {"User-Agent": ""})),
    ("user_agent", "repeated_user_agent", raw(GOOD, more="user-agent: Mozilla/5.0\r\n")),
    *(
        ("user_agent", "library_user_agent", raw(GOOD | {"User-Agent": agent}))
        for agent in LIBRARIES
    ),
    ("clearance", "no_clearance", raw(GOOD | {"Cookie": "-"})),
    ("clearance", "repeated_clearance", raw(GOOD, more=f"Cookie: {cookies()}\r\n")),
    ("clearance", "expired_clearance", raw(GOOD | {"Cookie": cookies("never-issued")})),
    (
        "clearance",
        "clearance_of_another_user_agent",
        raw(GOOD | {"Cookie": cookies(CLEARANCES[1])}),
    ),
    (
        "clearance",
        "clearance_of_another_user_agent",
        raw(GOOD | {"User-Agent": USER_AGENTS[1]}),
    ),
    ("accept", "accept_without_event_stream", raw(GOOD | {"Accept": "-"})),
    ("accept", "accept_without_event_stream", raw(GOOD | {"Accept": "*/*"})),
    ("body", "body_too_large", raw(GOOD, b"123456789")),
    ("auth", "no_credential", raw(GOOD | {"Cookie": f"cf_clearance={CLEARANCES[0]}"})),
    ("auth", "unknown_credential", raw(GOOD | {"Cookie": cookies(auth="made-up")})),
    ("auth", "unknown_credential", raw(GOOD, more=f"Cookie: {cookies()}\r\n")),
    ("captcha", "no_captcha", raw(GOOD | {"x-recaptcha-token": "-"})),
)


@pytest.mark.parametrize(("switch", "rule", "wrong"), WRONG)
def test_rule_fires_alone_and_can_be_switched_off(switch: str, rule: str, wrong: bytes) -> None:
    refusal = Edge(ONLY[switch]).judge(message(wrong))
    assert refusal
    assert refusal.rule == rule
    assert Edge(ONLY[switch]).judge(request()) is None
    assert Edge(OFF).judge(message(wrong)) is None


def test_the_first_rule_that_matches_answers() -> None:
    wrong = message(raw({"x-recaptcha-token": "-"}, b"x" * 100))
    policy, fired = msgspec.structs.replace(ALL, stream_rate=0, rate=0), []
    for switch in ("user_agent", "clearance", "accept", "max_body", "auth", "captcha"):
        refusal = Edge(policy).judge(wrong)
        assert refusal
        fired.append(refusal.rule)
        policy = msgspec.structs.replace(policy, **{switch: 0 if switch == "max_body" else False})
    order = ("no_user_agent", "no_clearance", "accept_without_event_stream", "body_too_large")
    assert fired == [*order, "no_credential", "no_captcha"]
    assert Edge(policy).judge(wrong) is None
    assert len(RULES) == len(fired) + 1  # and the rate, counted below


def test_a_plain_request_needs_no_event_stream_in_accept() -> None:
    assert Edge(ALL, stream=False).judge(request(Accept="application/json")) is None


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 (X11) curl/8", "nodeless/1.0", "MyClient/1"])
def test_only_a_library_default_counts_as_one(agent: str) -> None:
    refusal = Edge(ONLY["user_agent"]).judge(request(User_Agent=agent))
    assert (refusal.rule if refusal else "") == ("" if agent else "no_user_agent")


def test_each_clearance_passes_with_its_own_user_agent_until_it_expires() -> None:
    for clearance, agent in zip(CLEARANCES, USER_AGENTS, strict=True):
        good = request(Cookie=cookies(clearance), User_Agent=agent)
        assert Edge(ALL).judge(good) is None
        gone = Edge(msgspec.structs.replace(ALL, clearance_expired=True)).judge(good)
        assert gone
        assert gone.rule == "expired_clearance"


def test_credentials_are_banned_in_the_order_in_which_they_come() -> None:
    edge = Edge(msgspec.structs.replace(ONLY["auth"], banned=1))
    order = (AUTH_TOKENS[2], AUTH_TOKENS[0], AUTH_TOKENS[2])
    rulings = [edge.judge(request(Cookie=cookies(auth=token))) for token in order]
    assert [found.rule if found else "" for found in rulings] == [
        *("banned_credential", "", "banned_credential")
    ]


def test_a_captcha_token_is_good_once_in_header_or_body() -> None:
    edge = Edge(ONLY["captcha"])
    assert edge.judge(request()) is None
    again = edge.judge(request())
    assert again
    assert (again.rule, again.reply.status) == ("spent_captcha", 403)
    body = json.dumps({"recaptchaV3Token": "in-body"}).encode()
    within = message(raw(GOOD | {"x-recaptcha-token": "-"}, body))
    assert edge.judge(within) is None
    assert edge.judge(within)


def test_rates_are_counted_by_credential_with_streams_apart() -> None:
    edge = Edge(msgspec.structs.replace(OFF, rate=1, stream_rate=2))
    second = request(Cookie=cookies(auth=AUTH_TOKENS[1]))
    assert [bool(edge.judge(request())) for _ in range(3)] == [False, False, True]
    assert [bool(edge.judge(second)) for _ in range(3)] == [False, False, True]
    edge.stream = False
    assert [bool(edge.judge(request())) for _ in range(2)] == [False, True]


def test_rates_know_a_bearer_credential_where_there_is_no_cookie() -> None:
    edge = Edge(msgspec.structs.replace(OFF, stream_rate=1))
    callers = [request(Cookie="-", Authorization=f"Bearer {n}") for n in (1, 2, 1)]
    assert [bool(edge.judge(one)) for one in callers] == [False, False, True]


@pytest.mark.parametrize("page", [True, False])
def test_a_rate_refusal_says_when_to_come_back(page: bool) -> None:
    edge = Edge(msgspec.structs.replace(OFF, stream_rate=1, rate_page=page, retry_after="7"))
    edge.judge(request())
    refusal = edge.judge(request())
    assert refusal
    assert (refusal.rule, refusal.reply.status) == ("rate", 429)
    assert ("Retry-After", "7") in refusal.reply.headers
    assert ("cf-mitigated", "challenge") in refusal.reply.headers or not page
    assert ("html" in refusal.reply.content_type) is page


def test_a_body_at_the_limit_passes_and_no_limit_is_none() -> None:
    at_limit = message(raw(GOOD, b"12345678"))
    assert Edge(ONLY["body"]).judge(at_limit) is None
    assert Edge(OFF).judge(message(raw(GOOD, b"x" * 5000))) is None


def test_the_rule_is_in_the_log_and_never_on_the_wire() -> None:
    async def check() -> None:
        for switch, rule, wrong in WRONG:
            async with playing(policy=ONLY[switch]) as play:
                got, _ = await play.ask(wrong)
                assert [ruling.rule for ruling in play.scene.rulings] == [rule]
                assert got.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 401 "))
                assert rule.encode() not in got
                assert play.scene.taken == 0  # the script waits for a request that passes

    run(check)


def test_two_kinds_of_403_stay_apart() -> None:
    for switch, _, wrong in WRONG:
        refusal = Edge(ONLY[switch]).judge(message(wrong))
        assert refusal
        html = switch in ("user_agent", "clearance", "accept", "body")
        assert ("html" in refusal.reply.content_type) is html
        mitigated = any(name == "cf-mitigated" for name, _ in refusal.reply.headers)
        assert mitigated is (switch in ("clearance", "accept"))
