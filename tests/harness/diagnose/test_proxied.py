"""What a proxy makes of the id, of refusals and of CORS is seen, whatever way it has to do so."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.message import Message
from fakes.services.serving import Server
from harness.diagnose.proxied import changes
from harness.diagnose.walk import Report, walk
from harness.loop import Loop
from targets import defects
from targets.reference.config import Config
from targets.reference.session_gateway import SessionGateway
from tests.harness.diagnose.stage import services

ID = "x-streaming-session-id"
LOST = f"{ID} is lost"
SEEN = {
    "session_id_dropped": LOST,
    "session_id_lost_on_stream_accept": LOST,
    "session_id_renamed": "an id comes as X-Stream-Id",
    "session_id_repeated": f"{ID} comes 2 times",
    "session_id_joined": "it is not the issued one any more",
    "session_id_recased": "it is not the issued one any more",
    "session_id_replaced": "it is not the issued one any more",
    "session_id_cached": "two streams have one id",
    "session_id_made_up": "a refusal has an id",
    "mismatch_as_502": "a refusal arrives as 502",
    "mismatch_as_200": "a refusal arrives as 200",
    "cors_lost_on_streams": "the stream has no Access-Control-Allow-Origin",
    "cors_lost_on_errors": "a refused update has no Access-Control-Allow-Origin",
    "cors_doubled": "more than one Access-Control-Allow-Origin",
    "preflight_answered": "the preflight does not allow authorization",
}


def walked(folder: Path, gateway: type[SessionGateway]) -> Report:
    with services(folder) as running, Loop() as loop:
        server = Server()
        host, port = loop.wait(server.start(gateway(Config(upstream=running.url))))
        try:
            return walk(replace(running.settings, through=f"http://{host}:{port}"))
        finally:
            loop.wait(server.stop())


@pytest.mark.parametrize("defect", SEEN)
def test_a_proxy_is_convicted(defect: str, tmp_path: Path) -> None:
    found = walked(tmp_path, defects.load(defect)).verdict
    assert found.cause == "headers modified by proxies"
    assert any(SEEN[defect] in line for line in found.evidence), found.evidence
    assert all(line.startswith("through http://127.0.0.1:") for line in found.evidence)


def test_a_faithful_proxy_is_well(tmp_path: Path) -> None:
    report = walked(tmp_path, SessionGateway)
    assert report.verdict.verdict == "all well", report.verdict


def answer(*pairs: tuple[str, str]) -> Message:
    return Message("client", "HTTP/1.1 200 OK", pairs)


def test_only_end_to_end_fields_are_compared() -> None:
    direct = answer(("Date", "now"), ("Connection", "close"), ("Content-Length", "2"), ("X-A", "1"))
    assert list(changes(direct, answer(("x-a", "1")))) == []
    assert list(changes(direct, answer())) == ["x-a is lost"]


def test_a_changed_type_is_told_and_a_changed_counter_is_not() -> None:
    direct = answer(("Content-Type", "text/event-stream"), ("X-RateLimit-Remaining", "9"))
    through = answer(("content-type", "text/html"), ("x-ratelimit-remaining", "8"))
    told = list(changes(direct, through))
    assert told == ["content-type is text/html, directly text/event-stream"]
