import pytest
from mitmproxy import exceptions

from mitm_addons.rename_header import RenameHeader
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


def test_values_and_places_stay() -> None:
    flow = a_flow()
    RenameHeader(old="x-trace", new="X-Span").requestheaders(flow)
    expected = (*REQUEST[:2], (b"X-Span", b"one"), REQUEST[3], (b"X-Span", b"two"))
    assert flow.request.headers.fields == expected


def test_on_response() -> None:
    addon, flow = RenameHeader("X-Streaming-Session-Id", "X-Stream-Id", on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    expected = (*RESPONSE[:2], (b"X-Stream-Id", b"stream-1-a"), RESPONSE[3])
    assert response_of(flow).headers.fields == expected
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = RenameHeader(), a_flow()
    with standing_alone(addon, rename_header="Accept:X-Accept"):
        addon.requestheaders(flow)
    assert flow.request.headers.fields[3] == (b"X-Accept", b"text/event-stream")


def test_without_anything_to_do_nothing_is_done() -> None:
    addon, flow = RenameHeader(), a_flow()
    with standing_alone(addon):
        addon.requestheaders(flow)
    assert flow.request.headers.fields == REQUEST


@pytest.mark.parametrize("pair", ["Accept", "Accept:", ":X-Accept"])
def test_an_option_without_both_names_is_named(pair: str) -> None:
    with (
        pytest.raises(exceptions.OptionsError, match=f"'{pair}'"),
        standing_alone(RenameHeader(), rename_header=pair),
    ):
        pass


@pytest.mark.parametrize("kwargs", [{"old": "Accept"}, {"new": "Accept"}])
def test_half_a_pair_is_refused(kwargs: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="both names"):
        RenameHeader(**kwargs)  # type: ignore[arg-type]
