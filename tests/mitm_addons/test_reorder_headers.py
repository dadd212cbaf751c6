import pytest

from mitm_addons.reorder_headers import Order, ReorderHeaders
from tests.mitm_addons.flows import REQUEST, RESPONSE, a_flow, response_of, standing_alone

HOST, AGENT, ONE, ACCEPT, TWO = REQUEST


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        ("reversed", (ONE, ACCEPT, TWO, AGENT, HOST)),
        ("sorted", (ACCEPT, HOST, AGENT, ONE, TWO)),
        ("rotated", (AGENT, ONE, ACCEPT, TWO, HOST)),
    ],
)
def test_order_changes_but_not_within_a_name(order: Order, fields: tuple[object, ...]) -> None:
    flow = a_flow()
    ReorderHeaders(order=order).requestheaders(flow)
    assert flow.request.headers.fields == fields


def test_rotation_keeps_repeats_in_order() -> None:
    flow = a_flow(request=(ONE, HOST, TWO))
    ReorderHeaders("rotated").requestheaders(flow)
    assert flow.request.headers.fields == (HOST, ONE, TWO)


def test_on_response() -> None:
    addon, flow = ReorderHeaders("reversed", on="response"), a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    kind, first, session, second = RESPONSE
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == (first, session, second, kind)
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = ReorderHeaders(), a_flow()
    with standing_alone(addon, reorder_headers="sorted"):
        addon.requestheaders(flow)
    assert flow.request.headers.fields == (ACCEPT, HOST, AGENT, ONE, TWO)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="reversed, sorted, rotated"):
        ReorderHeaders("shuffled")  # type: ignore[arg-type]
