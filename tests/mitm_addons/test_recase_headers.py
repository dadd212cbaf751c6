import pytest

from mitm_addons.recase_headers import RecaseHeaders, Style
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("lower", [b"host", b"user-agent", b"x-trace", b"accept", b"x-trace"]),
        ("upper", [b"HOST", b"USER-AGENT", b"X-TRACE", b"ACCEPT", b"X-TRACE"]),
        ("title", [b"Host", b"User-Agent", b"X-Trace", b"Accept", b"X-Trace"]),
    ],
)
def test_only_names_change(style: Style, names: list[bytes]) -> None:
    flow = a_flow()
    RecaseHeaders(style=style).requestheaders(flow)
    fields = flow.request.headers.fields
    assert [name for name, _ in fields] == names
    assert [value for _, value in fields] == [value for _, value in REQUEST]


def test_other_names_keep_their_case() -> None:
    flow = a_flow()
    RecaseHeaders("upper", names=["user-agent"]).requestheaders(flow)
    assert flow.request.headers.fields == (
        REQUEST[0],
        (b"USER-AGENT", b"Mozilla/5.0"),
        *REQUEST[2:],
    )


def test_on_response() -> None:
    addon, flow = RecaseHeaders("lower", on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == tuple((n.lower(), v) for n, v in RESPONSE)
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = RecaseHeaders(), a_flow()
    with standing_alone(addon, recase_headers="upper", recase_headers_names=["Host"]):
        addon.requestheaders(flow)
    assert flow.request.headers.fields == ((b"HOST", b"upstream.invalid"), *REQUEST[1:])


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="lower, upper, title"):
        RecaseHeaders("camel")  # type: ignore[arg-type]
