import pytest
from mitmproxy.net.http.http1.read import connection_close

from mitm_addons.hop_by_hop import HopByHop
from tests.mitm_addons.flows import REQUEST, RESPONSE, Pairs, a_flow, response_of, standing_alone

LEFT_BEHIND: Pairs = (
    (b"Connection", b"keep-alive, X-Hop-Canary"),
    (b"X-Hop-Canary", b"hop-canary"),
    (b"Keep-Alive", b"timeout=60, canary=hop-canary"),
    (b"Proxy-Connection", b"keep-alive"),
    (b"TE", b"trailers, hop-canary;q=0.1"),
)


def test_fields_are_added_behind_the_others() -> None:
    flow = a_flow()
    HopByHop(on="request").requestheaders(flow)
    assert flow.request.headers.fields == (*REQUEST, *LEFT_BEHIND)


def test_on_response() -> None:
    addon, flow = HopByHop(on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == (*RESPONSE, *LEFT_BEHIND)
    assert response_of(flow).stream is True


@pytest.mark.parametrize(
    ("version", "said", "closes"),
    [
        (b"HTTP/1.1", None, False),
        (b"HTTP/1.1", b"close", True),
        (b"HTTP/1.1", b"upgrade, close", True),
        (b"HTTP/1.0", None, True),
        (b"HTTP/1.0", b"keep-alive", False),
    ],
)
def test_the_connection_persists_as_before(
    version: bytes, said: bytes | None, closes: bool
) -> None:
    fields = REQUEST if said is None else (*REQUEST, (b"connection", said))
    flow = a_flow(request=fields, version=version)
    HopByHop().requestheaders(flow)
    assert flow.request.headers.fields[: len(fields)] == fields
    assert b"X-Hop-Canary" in dict(flow.request.headers.fields)[b"Connection"]
    assert (b"Keep-Alive" in dict(flow.request.headers.fields)) is not closes
    assert connection_close(flow.request.http_version, flow.request.headers) is closes


def test_the_options_say_what_to_do() -> None:
    addon, flow = HopByHop(), a_flow()
    with standing_alone(addon, hop_by_hop="other", hop_by_hop_on="response"):
        addon.requestheaders(flow)
        addon.responseheaders(flow)
    assert flow.request.headers.fields == REQUEST
    assert (b"X-Hop-Canary", b"other") in response_of(flow).headers.fields
