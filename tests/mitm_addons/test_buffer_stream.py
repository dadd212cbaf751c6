from mitm_addons.buffer_stream import BufferStream
from mitm_addons.recode_body import RecodeBody
from mitm_addons.strip_headers import StripHeaders
from tests.mitm_addons.flows import RESPONSE, a_flow, response_of, standing_alone, streamed


def test_a_response_set_to_stream_is_held() -> None:
    addon, flow = BufferStream(), a_flow()
    response_of(flow).stream = True
    with standing_alone(addon):
        addon.responseheaders(flow)
    assert response_of(flow).stream is False
    assert response_of(flow).headers.fields == RESPONSE


def test_a_header_fault_behind_it_does_not_undo_the_holding() -> None:
    flow = a_flow()
    BufferStream().responseheaders(flow)
    StripHeaders(["Accept"]).responseheaders(flow)
    assert response_of(flow).stream is False


def test_a_body_fault_beside_it_loses_nothing() -> None:
    for faults in ([BufferStream(), RecodeBody("gzip")], [RecodeBody("gzip"), BufferStream()]):
        flow = a_flow()
        for fault in faults:
            fault.responseheaders(flow)  # type: ignore[attr-defined]
        *early, last = streamed(flow, [b"one", b"two"])
        assert early == [b"", b""]
        response_of(flow).raw_content = last
        assert response_of(flow).content == b"onetwo"
