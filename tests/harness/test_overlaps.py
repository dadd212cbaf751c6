"""Streams overlap as the case says: held, released, left, in the background."""

from collections.abc import Iterator

import pytest

from contracts.needs import markers
from contracts.trace import Trace
from fakes.script import Finish, Hold, Reply, Say
from harness.case import Act, Step
from harness.chain import Chain
from harness.choosing import load
from harness.errors import UsageError
from scenarios.asking import case, chat

HELD = Reply(body=(Say(gated=True), Hold(), Say(gated=True), Finish()))


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with Chain(load("reference"), "transparent") as made:
        yield made


def played(chain: Chain, *steps: Step) -> Trace:
    return Trace.of(chain.run(case("overlap", "transparent", *steps)))


def said(trace: Trace) -> list[int]:
    """How many pieces each client got."""
    return [len(markers(one.response)) for one in trace.exchanges]


def test_a_held_stream_is_open_while_the_next_one_runs(chain: Chain) -> None:
    first = chat("transparent", HELD, name="first")
    trace = played(chain, first, chat("transparent", then=(Act("release", "first"),)))
    one, two = (exchange.ingress for exchange in trace.exchanges)
    assert one
    assert two
    assert one.request.began < two.request.began < two.over < one.over
    assert said(trace) == [2, 3]
    assert [act.do for act in trace.record.acts] == ["release"]


def test_what_is_never_released_goes_on_at_the_end(chain: Chain) -> None:
    trace = played(chain, chat("transparent", HELD), chat("transparent", HELD))
    assert said(trace) == [2, 2]
    assert all(one.response and one.response.complete for one in trace.exchanges)


@pytest.mark.parametrize("how", ["leave", "reset"])
def test_a_client_that_leaves_is_gone_at_both_sides(chain: Chain, how: str) -> None:
    act = Act(how, "first")  # type: ignore[arg-type]
    trace = played(chain, chat("transparent", HELD, name="first", then=(act,)), chat("transparent"))
    left = trace.exchanges[0]
    assert said(trace) == [1, 3]
    assert left.egress
    assert left.egress.over < trace.exchanges[1].client.request.began


def test_requests_in_the_background_all_come_to_their_ends(chain: Chain) -> None:
    trace = played(chain, *(chat("transparent", background=True) for _ in range(12)))
    assert said(trace) == [3] * 12
    nonces = [one.ask.nonce.encode() for one in trace.exchanges]
    assert len(set(nonces)) == 12
    for nonce, one in zip(nonces, trace.exchanges, strict=True):
        assert len(one.attempts) == 1
        assert all(nonce in marker for marker in markers(one.response))


def test_gates_hold_in_each_of_the_overlapping_streams(chain: Chain) -> None:
    first = chat("transparent", HELD, name="first")
    trace = played(chain, first, chat("transparent", HELD))
    assert len(trace.record.gates) == 4
    assert all(gate.opened is not None for gate in trace.record.gates)


def test_an_act_on_nothing_is_told(chain: Chain) -> None:
    with pytest.raises(UsageError, match="release 'nobody': no such stream"):
        played(chain, chat("transparent", then=(Act("release", "nobody"),)))


def test_the_services_cannot_be_restarted_where_there_are_none(chain: Chain) -> None:
    with pytest.raises(UsageError, match="only for the session services"):
        played(chain, chat("transparent", then=(Act("restart"),)))
