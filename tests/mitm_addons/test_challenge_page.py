import json

import pytest

from mitm_addons.challenge_page import ChallengePage, Kind
from tests.mitm_addons.flows import REQUEST, a_flow, response_of, standing_alone


@pytest.mark.parametrize(
    ("kind", "title", "mitigated"),
    [("challenge", "Just a moment...", "challenge"), ("block", "Attention Required!", None)],
)
def test_html_pages(kind: Kind, title: str, mitigated: str | None) -> None:
    flow = a_flow(response=None)
    ChallengePage(kind=kind).requestheaders(flow)
    page = response_of(flow)
    assert page.status_code == 403
    assert page.headers["content-type"] == "text/html; charset=UTF-8"
    assert page.headers["server"] == "cloudflare"
    assert len(page.headers["cf-ray"].split("-")[0]) == 16
    assert page.headers.get("cf-mitigated") == mitigated
    assert f"<title>{title}" in (page.text or "")


def test_json_is_no_page() -> None:
    flow = a_flow(response=None)
    ChallengePage(kind="json").requestheaders(flow)
    assert response_of(flow).headers["content-type"] == "application/json"
    assert json.loads(response_of(flow).content or b"") == {"error": "recaptcha validation failed"}


def test_the_status_is_as_asked_and_the_request_untouched() -> None:
    flow = a_flow(response=None)
    ChallengePage(status=520).requestheaders(flow)
    assert response_of(flow).status_code == 520
    assert flow.request.headers.fields == REQUEST


def test_a_request_set_to_stream_is_answered_all_the_same() -> None:
    flow = a_flow(response=None)
    flow.request.stream = True
    ChallengePage().requestheaders(flow)
    assert flow.request.stream is False, "mitmproxy cannot stream a request that it answers"


def test_head_gets_a_length_but_no_body() -> None:
    flow = a_flow(response=None, method=b"HEAD")
    ChallengePage().requestheaders(flow)
    assert response_of(flow).raw_content == b""
    assert int(response_of(flow).headers["content-length"]) > 0


def test_the_options_say_what_to_do() -> None:
    addon, flow = ChallengePage(), a_flow(response=None)
    with standing_alone(addon, challenge_page="block", challenge_page_status=503):
        addon.requestheaders(flow)
    assert response_of(flow).status_code == 503
    assert "Attention Required!" in (response_of(flow).text or "")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="challenge, block, json"):
        ChallengePage(kind="captcha")  # type: ignore[arg-type]
