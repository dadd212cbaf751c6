from mitm_addons.redirect import Redirect
from tests.mitm_addons.flows import a_flow, response_of, standing_alone


def test_status_and_location_are_as_asked() -> None:
    flow = a_flow(response=None)
    flow.request.stream = True
    Redirect(status=308, location="http://127.0.0.1:9001/x?y").requestheaders(flow)
    answer = response_of(flow)
    assert (answer.status_code, answer.raw_content) == (308, b"")
    assert answer.headers["location"] == "http://127.0.0.1:9001/x?y"
    assert answer.headers["content-length"] == "0"
    assert flow.request.stream is False


def test_without_a_location_it_stays_on_this_machine() -> None:
    flow = a_flow(response=None)
    Redirect(status=302).requestheaders(flow)
    assert response_of(flow).headers["location"] == "http://127.0.0.1:9/"


def test_the_options_say_what_to_do() -> None:
    addon, flow = Redirect(), a_flow(response=None)
    with standing_alone(addon, redirect="http://127.0.0.1:9002/", redirect_status=301):
        addon.requestheaders(flow)
    assert response_of(flow).status_code == 301
    assert response_of(flow).headers["location"] == "http://127.0.0.1:9002/"
