from mitm_addons.duplicate_header import DuplicateHeader
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone


def test_the_second_field_follows_the_first() -> None:
    flow = a_flow()
    DuplicateHeader(name="User-Agent").requestheaders(flow)
    assert flow.request.headers.fields == (*REQUEST[:2], REQUEST[1], *REQUEST[2:])


def test_the_second_field_may_say_something_else() -> None:
    flow = a_flow()
    DuplicateHeader(name="User-Agent", value="curl/8").requestheaders(flow)
    expected = (*REQUEST[:2], (b"user-AGENT", b"curl/8"), *REQUEST[2:])
    assert flow.request.headers.fields == expected


def test_behind_repeats_the_last_is_doubled() -> None:
    flow = a_flow()
    DuplicateHeader(name="X-Trace").requestheaders(flow)
    assert flow.request.headers.fields == (*REQUEST, REQUEST[4])


def test_a_missing_field_stays_missing() -> None:
    flow = a_flow()
    DuplicateHeader(name="X-Absent", value="1").requestheaders(flow)
    assert flow.request.headers.fields == REQUEST


def test_on_response() -> None:
    addon, flow = DuplicateHeader("X-Streaming-Session-Id", on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == (*RESPONSE[:3], RESPONSE[2], RESPONSE[3])
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = DuplicateHeader(), a_flow()
    with standing_alone(addon, duplicate_header="accept", duplicate_header_value="*/*"):
        addon.requestheaders(flow)
    assert flow.request.headers.fields[3:5] == (REQUEST[3], (b"Accept", b"*/*"))


def test_an_empty_value_option_means_the_same_value() -> None:
    addon, flow = DuplicateHeader(), a_flow()
    with standing_alone(addon, duplicate_header="accept"):
        addon.requestheaders(flow)
    assert flow.request.headers.fields[3:5] == (REQUEST[3], REQUEST[3])
