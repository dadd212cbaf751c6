import pytest

from mitm_addons.remember_header import FAULTS, Mode, RememberHeader
from tests.mitm_addons.flows import REQUEST, RESPONSE, Pairs, a_flow, response_of, standing_alone

ID = "X-Streaming-Session-Id"


def answer(*ids: bytes) -> Pairs:
    return ((b"Content-Type", b"text/event-stream"), *((ID.encode(), one) for one in ids))


def seen(addon: RememberHeader, *answers: Pairs) -> list[list[str]]:
    """The ids of each answer behind the fault."""
    found = []
    for one in answers:
        flow = a_flow(response=one)
        addon.requestheaders(flow)
        addon.responseheaders(flow)
        found.append(response_of(flow).headers.get_all(ID))
    return found


@pytest.mark.parametrize(("mode", "last"), [("cache", "one"), ("previous", "two")])
def test_the_mode_says_which_value_is_served(mode: Mode, last: str) -> None:
    answers = answer(b"one"), answer(b"two"), answer(b"three")
    assert seen(RememberHeader(ID, mode), *answers) == [["one"], ["one"], [last]]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_missing_field_stays_missing_and_is_not_remembered(kind: str) -> None:
    addon = RememberHeader(**FAULTS[kind])  # type: ignore[arg-type]
    answers = answer(), answer(b"one"), answer(), answer(b"two")
    assert seen(addon, *answers) == [[], ["one"], [], ["one"]]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_new_one_remembers_nothing(kind: str) -> None:
    for value in (b"one", b"two"):
        addon = RememberHeader(**FAULTS[kind])  # type: ignore[arg-type]
        assert seen(addon, answer(value)) == [[value.decode()]]


def test_repeats_are_fields_like_others() -> None:
    assert seen(RememberHeader(ID, "previous"), answer(b"one", b"two")) == [["one", "one"]]


def test_other_fields_and_the_request_stay_as_they_came() -> None:
    addon = RememberHeader(ID)
    seen(addon, answer(b"stream-0"))
    flow = a_flow()
    addon.requestheaders(flow)
    addon.responseheaders(flow)
    kept = (*RESPONSE[:2], (b"x-STREAMING-session-id", b"stream-0"), RESPONSE[3])
    assert flow.request.headers.fields == REQUEST
    assert response_of(flow).headers.fields == kept
    assert response_of(flow).stream is True


def test_the_options_say_what_to_do() -> None:
    addon, flow = RememberHeader(), a_flow()
    chosen = {"remember_header_mode": "previous", "remember_header_on": "request"}
    with standing_alone(addon, remember_header="x-trace", **chosen):
        addon.requestheaders(flow)
        addon.responseheaders(flow)
    assert flow.request.headers.get_all("x-trace") == ["one", "one"]
    assert response_of(flow).headers.fields == RESPONSE


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="cache, previous"):
        RememberHeader(ID, "next")  # type: ignore[arg-type]
