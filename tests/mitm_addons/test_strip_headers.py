import pytest

from mitm_addons.strip_headers import FAULTS, StripHeaders
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


def test_named_fields_go_and_the_others_stay_as_they_came() -> None:
    flow = a_flow()
    StripHeaders(names=["USER-agent", "accept"]).requestheaders(flow)
    assert flow.request.headers.fields == (REQUEST[0], REQUEST[2], REQUEST[4])


def test_every_repeat_goes() -> None:
    flow = a_flow()
    StripHeaders("X-Trace").requestheaders(flow)
    assert flow.request.headers.fields == (REQUEST[0], REQUEST[1], REQUEST[3])


def test_on_response_leaves_the_request_alone() -> None:
    addon, flow = StripHeaders(["Set-Cookie"], on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == (RESPONSE[0], RESPONSE[2])


def test_on_request_leaves_the_response_alone_and_streams_it() -> None:
    flow = a_flow()
    StripHeaders(["Set-Cookie"]).responseheaders(flow)
    assert response_of(flow).headers.fields == RESPONSE
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = StripHeaders(), a_flow()
    with standing_alone(addon, strip_headers=["set-cookie"], strip_headers_on="response"):
        addon.requestheaders(flow)
        addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == (RESPONSE[0], RESPONSE[2])


@pytest.mark.parametrize(("media", "kept"), [("text/EVENT-stream", 2), ("text/plain", 4), ("", 2)])
def test_only_messages_of_the_media_type_are_concerned(media: str, kept: int) -> None:
    addon, flow = StripHeaders(), a_flow()
    chosen = {"strip_headers_on": "response", "strip_headers_media": media}
    with standing_alone(addon, strip_headers=["set-cookie"], **chosen):
        addon.responseheaders(flow)
    assert len(response_of(flow).headers.fields) == kept


def test_arguments_outrank_the_options() -> None:
    addon, flow = StripHeaders(["Accept"]), a_flow()
    with standing_alone(addon, strip_headers=["User-Agent"], strip_headers_on="response"):
        addon.requestheaders(flow)
    assert b"Accept" not in dict(flow.request.headers.fields)
    assert REQUEST[1] in flow.request.headers.fields


def test_the_ready_made_kind_takes_the_session_id() -> None:
    flow = a_flow()
    StripHeaders(**FAULTS["damage_session_header"]).responseheaders(flow)  # type: ignore[arg-type]
    assert response_of(flow).headers.fields == (RESPONSE[0], RESPONSE[1], RESPONSE[3])


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(ValueError, match="request, response"):
        StripHeaders(["Accept"], on="both")  # type: ignore[arg-type]
