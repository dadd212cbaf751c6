"""A chain records what happened at each tap, blames the right hop, and tells a dead target."""

import socket
import textwrap
from pathlib import Path

import pytest

from contracts.blame import legs
from contracts.record import Record
from contracts.trace import TAPS, Trace
from contracts.wires import wires
from fakes.edge import OFF
from fakes.script import Cut, Finish, Reply, Say, Stall, error
from harness.case import Case
from harness.chain import Chain
from harness.choosing import load, running
from harness.errors import TargetError, UsageError
from harness.ports import Port
from harness.target import Target
from harness.trial import Trials, run
from harness.verdicts import record
from reports.message import message
from scenarios.asking import case, chat
from scenarios.cases import catalogue

TARGET = """
name = "odd"
dialects = ["transparent"]
command = ["{python}", "-I", "-S", "{work}/odd.py", "{port}", "{upstream_port}"]

[files]
"odd.py" = '''
SCRIPT
'''
"""
PRELUDE = """
import os, socket, sys, time
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
while True:
    accepted, _ = listening.accept()
    if not accepted.recv(65536):
        continue
"""
DIES = PRELUDE + '    print("out of", "memory", flush=True)\n    os._exit(3)\n'
HANGS = PRELUDE + textwrap.indent(
    textwrap.dedent("""
        behind = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
        behind.sendall(b"POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n")
        behind.recv(65536)
        accepted.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    """),
    "    ",
)

TRICKLES = PRELUDE + textwrap.indent(
    textwrap.dedent("""
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        behind = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
        behind.sendall(b"POST / HTTP/1.0\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n")
        while data := behind.recv(65536):
            for byte in data:
                accepted.sendall(bytes([byte]))
                time.sleep(0.0005)
        accepted.close()
    """),
    "    ",
)


def named(name: str, dialect: str = "arena") -> Case:
    return next(one for one in catalogue() if (one.name, one.dialect) == (name, dialect))


def odd(tmp_path: Path, script: str) -> Target:
    path = tmp_path / "odd.toml"
    path.write_text(TARGET.replace("SCRIPT", script))
    return load(str(path))


def plain(*replies: Reply) -> Case:
    return case("made", "transparent", chat("transparent", *replies, edge=OFF))


def data(one: Record, tap: str) -> list[tuple[bytes, bytes]]:
    """What each connection of a tap carried, up and down."""
    logs = [c.log for c in one.connections if c.tap == tap]
    return [
        (
            b"".join(io.data for io in log if io.way == ">"),
            b"".join(io.data for io in log if io.way == "<"),
        )
        for log in logs
    ]


def test_a_good_stream_passes_at_all_taps(reference: Chain) -> None:
    trial = run(named("stream_ok"), reference)
    outcomes = {verdict.contract.id: verdict.outcome for verdict in trial.verdicts}
    assert set(outcomes.values()) <= {"pass", "untestable", "not_applicable"}
    assert outcomes["identity.user_agent"] == "pass"
    assert outcomes["timing.events_not_held"] == "pass"
    made = trial.trace.record
    assert len(made.gates) == 5
    assert all(gate.opened is not None and gate.missed is None for gate in made.gates)
    assert [ruling.rule for ruling in made.rulings] == [""]
    (one,) = trial.trace.exchanges
    assert one.response
    assert one.response.complete
    assert one.response.media_type == "text/event-stream"
    assert not list(legs(trial.trace))


def test_without_a_fault_the_taps_of_a_leg_are_one(reference: Chain) -> None:
    made = reference.run(named("two_requests"))
    taps = {one.tap for one in made.connections}
    assert taps == {"ingress", "egress"}
    trace = Trace.of(made)
    assert len(trace.exchanges) == 2
    for one in trace.exchanges:
        assert one.ingress
        assert (one.client.request, one.client.response) == (
            one.ingress.request,
            one.ingress.response,
        )
        for attempt in one.attempts:
            assert attempt.upstream
            assert attempt.upstream.request == attempt.egress.request
            assert attempt.upstream.response == attempt.egress.response


def test_what_the_upstream_leg_takes_is_blamed_on_it(reference: Chain, tmp_path: Path) -> None:
    trial = run(named("strip_user_agent_on_upstream_leg"), reference)
    verdict = trial.verdict("identity.user_agent")
    assert verdict.outcome == "pass"
    (attempt,) = trial.trace.exchanges[0].attempts[:1]
    assert attempt.upstream
    assert len(attempt.egress.request.values("User-Agent")) == 1
    assert attempt.upstream.request.values("User-Agent") == ()
    assert "request User-Agent: removed by the upstream leg" in list(legs(trial.trace))
    told = message(record(trial, verdict, tmp_path))
    assert "the upstream leg" in told
    assert trial.trace.record.rulings[0].rule == "no_user_agent"


def test_after_a_fault_on_a_leg_the_chain_is_clean_again(reference: Chain) -> None:
    faulty = reference.run(named("strip_user_agent_on_upstream_leg"))
    assert {one.tap for one in faulty.connections} >= {"ingress", "egress", "upstream"}
    clean = reference.run(named("stream_ok"))
    spoke = {tap for tap in TAPS if any(map(any, data(clean, tap)))}
    assert spoke == {"ingress", "egress"}
    assert clean.faults == ()


def test_times_of_a_run_begin_at_zero_and_grow(reference: Chain) -> None:
    for _ in range(2):
        made = reference.run(named("plain_ok"))
        for one in made.connections:
            times = [io.at for io in one.log]
            assert times == sorted(times)
            assert 0 <= one.opened <= times[0]
            assert times[-1] < 60


def test_a_second_run_has_nothing_of_the_first(reference: Chain) -> None:
    first, second = (reference.run(named("plain_ok")) for _ in range(2))
    for tap, requests in (("ingress", 1), ("egress", 2)):  # behind it also the token refresh
        assert len(wires(first, tap)) == len(wires(second, tap)) == requests


def test_a_target_that_dies_in_a_case_is_told_with_its_last_lines(tmp_path: Path) -> None:
    with Chain(odd(tmp_path, DIES), "transparent") as chain:
        for _ in range(3):  # each time it is started again
            with pytest.raises(TargetError) as caught:
                chain.run(plain())
            first, *rest = str(caught.value).split("\n")
            assert first == (
                "target odd died in case made: it ended with exit status 3; its last lines:"
            )
            assert rest == ["    listening", "    out of memory"]


def test_what_still_hangs_behind_the_target_stays_on_record(tmp_path: Path) -> None:
    with Chain(odd(tmp_path, HANGS), "transparent", patience=0.1) as chain:
        for _ in range(2):
            made = chain.run(plain(Reply(body=(Say(), Stall(3600), Finish()))))
            (one,) = Trace.of(made).exchanges
            assert one.response
            assert one.response.complete
            assert one.egress
            assert one.egress.response is None or not one.egress.response.complete
            ended = [io.kind for c in made.connections if c.tap == "egress" for io in c.log]
            assert set(ended) == {"data", "cut"}  # the end was ours, not theirs


def test_a_target_that_cannot_start_is_tried_once(tmp_path: Path) -> None:
    broken = odd(tmp_path, 'print("no config")\nraise SystemExit(2)')
    trials = Trials()
    told = set()
    for _ in range(2):
        with pytest.raises(TargetError) as caught:
            trials.of(broken, plain())
        told.add(id(caught.value))
        assert "target odd ended with exit status 2" in str(caught.value)
    assert len(told) == 1
    trials.close()


@pytest.mark.parametrize("dialect", ["transparent", "session"])
def test_a_busy_port_names_the_option(dialect: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        bind = f"127.0.0.1:{busy.getsockname()[1]}"
        one = running("http://127.0.0.1:1", bind, dialect)
        with pytest.raises(UsageError) as caught, Chain(one, dialect):
            pass
    assert str(caught.value).startswith(f"--upstream-bind {bind}: ")
    assert "\n" not in str(caught.value)


def test_a_proxy_that_runs_already_is_tried_where_it_is(tmp_path: Path) -> None:
    """The reference, started by one chain, is a running proxy for another."""
    bind = f"127.0.0.1:{Port().number}"
    with Chain(load("reference"), "transparent") as first:
        assert first.process
        first.taps.lead("egress", ("127.0.0.1", int(bind.rpartition(":")[2])))
        one = running(f"http://127.0.0.1:{first.process.port}", bind, "transparent")
        with Chain(one, "transparent") as second:
            made = second.run(plain())
    (exchange,) = Trace.of(made).exchanges
    assert exchange.response
    assert exchange.response.status == 200
    assert exchange.egress


def test_each_break_of_the_upstream_is_at_egress_as_it_was(reference: Chain) -> None:
    made = reference.run(
        case("made", "arena", chat("arena", Reply(body=(Say(), Cut(), Say())), error(500, "{}")))
    )
    answered = Trace.of(made).exchanges[0].attempts[0].egress.response
    assert answered
    assert not answered.complete
    kinds = [(io.way, io.kind) for c in made.connections if c.tap == "egress" for io in c.log]
    assert ("<", "fin") in kinds
    assert ("<", "rst") not in kinds


def test_a_gate_opens_when_its_marker_comes_byte_by_byte(tmp_path: Path) -> None:
    said = Reply(body=(Say("x", gated=True), Finish()))
    with Chain(odd(tmp_path, TRICKLES), "transparent") as chain:
        (gate,) = chain.run(plain(said), 1).gates
    assert gate.opened is not None
