import pytest
from mitmproxy import exceptions

from mitm_addons.rewrite_headers import RewriteHeaders
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


def test_the_value_changes_in_its_place_and_under_its_name() -> None:
    flow = a_flow()
    RewriteHeaders({"User-Agent": "curl/8"}).requestheaders(flow)
    assert flow.request.headers.fields == (REQUEST[0], (b"user-AGENT", b"curl/8"), *REQUEST[2:])


def test_repeats_become_one() -> None:
    flow = a_flow()
    RewriteHeaders({"x-TRACE": "new"}).requestheaders(flow)
    expected = (*REQUEST[:2], (b"X-Trace", b"new"), REQUEST[3])
    assert flow.request.headers.fields == expected


def test_a_missing_field_is_added_last() -> None:
    flow = a_flow()
    RewriteHeaders({"X-New": "1"}).requestheaders(flow)
    assert flow.request.headers.fields == (*REQUEST, (b"X-New", b"1"))


def test_on_response() -> None:
    addon, flow = RewriteHeaders({"Set-Cookie": "c=3"}, on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    expected = (RESPONSE[0], (b"Set-Cookie", b"c=3"), RESPONSE[2])
    assert response_of(flow).headers.fields == expected
    assert response_of(flow).stream is True


def test_the_options_are_read_as_header_lines() -> None:
    addon, flow = RewriteHeaders(), a_flow()
    with standing_alone(addon, rewrite_headers=["User-Agent: a:b ", "X-New:1"]):
        addon.requestheaders(flow)
    assert flow.request.headers.fields[1] == (b"user-AGENT", b"a:b")
    assert flow.request.headers.fields[-1] == (b"X-New", b"1")


def test_a_line_without_a_colon_is_named() -> None:
    with (
        pytest.raises(exceptions.OptionsError, match="'User-Agent'"),
        standing_alone(RewriteHeaders(), rewrite_headers=["User-Agent"]),
    ):
        pass
