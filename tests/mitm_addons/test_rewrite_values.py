import pytest

from mitm_addons.rewrite_values import FAULTS, RewriteValues, Style
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


@pytest.mark.parametrize(
    ("style", "value"),
    [
        ("upper", b"STREAM-1-A"),
        ("lower", b"stream-1-a"),
        ("quote", b'"stream-1-a"'),
        ("pad", b"strea m-1-a"),
        ("join", b"stream-1-a, stream-1-a"),
    ],
)
def test_the_value_changes_and_the_name_does_not(style: Style, value: bytes) -> None:
    flow = a_flow()
    RewriteValues("X-Streaming-Session-Id", style, on="response").responseheaders(flow)
    expected = (*RESPONSE[:2], (b"x-STREAMING-session-id", value), RESPONSE[3])
    assert response_of(flow).headers.fields == expected
    assert response_of(flow).stream is True


def test_every_repeat_changes() -> None:
    flow = a_flow()
    RewriteValues(["x-TRACE"]).requestheaders(flow)
    assert flow.request.headers.get_all("x-trace") == ["ONE", "TWO"]


def test_one_side_leaves_the_other_alone() -> None:
    addon, flow = RewriteValues(["Set-Cookie", "Accept"], on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.get_all("set-cookie") == ["A=1", "B=2"]


def test_the_options_say_what_to_do() -> None:
    addon, flow = RewriteValues(), a_flow()
    with standing_alone(addon, rewrite_values=["Accept"], rewrite_values_style="quote"):
        addon.requestheaders(flow)
    assert flow.request.headers["accept"] == '"text/event-stream"'


@pytest.mark.parametrize("kind", FAULTS)
def test_ready_made_kinds_change_the_session_id_and_nothing_else(kind: str) -> None:
    flow = a_flow()
    RewriteValues(**FAULTS[kind]).responseheaders(flow)  # type: ignore[arg-type]
    fields = response_of(flow).headers.fields
    assert fields[2] != RESPONSE[2]
    assert (*fields[:2], fields[3]) == (*RESPONSE[:2], RESPONSE[3])


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="upper, lower, quote, pad, join"):
        RewriteValues("Accept", "title")  # type: ignore[arg-type]
