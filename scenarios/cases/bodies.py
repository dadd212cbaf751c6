"""Bodies that are not what they should be: empty, mislabelled, coded, broken off."""

from collections.abc import Iterator

from fakes.script import Action, Comment, Cut, Fail, Finish, Raw, Reply, Reset, Say, error, ok
from harness.case import Case, Fault
from scenarios.asking import DIALECTS, case, chat, headers, modes
from scenarios.cases.happy import MARKS

GOOD = ok(headers=MARKS)
CODED = ("headers.content_encoding_true",)
HTML = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>"
EMPTY = {
    "nothing": Reply(),
    "comments_only": Reply(body=(Comment(),)),
    "finish_only": Reply(body=(Finish(),)),
}
BREAKS: dict[str, tuple[Action, ...]] = {
    "cut": (Say(), Say(), Cut()),
    "cut_in_a_piece": (Say(), Cut(9), Say()),
    "reset": (Say(gated=True), Say(gated=True), Reset()),  # an RST overtakes what is unread
    "error_late": (Say(), Say(), Fail()),
}


def _empty(name: str, stream: bool) -> Case:
    return case(
        f"empty_{name}_{modes(stream)}",
        "arena",
        chat("arena", EMPTY[name], stream=stream),
        probes=("end.empty_stream_is_error", "retry.bounded"),
        faults=(Fault("empty_stream", "upstream"),),
    )


def _breaks(dialect: str, name: str) -> Case:
    """A second, good answer waits for a target that would send the request again."""
    return case(
        f"breaks_{name}",
        dialect,
        chat(dialect, Reply(body=BREAKS[name]), GOOD),
        probes=("retry.no_splice", "retry.bounded"),
        faults=(Fault("error_event_late" if name == "error_late" else "cut", "upstream"),),
    )


def _mislabelled(dialect: str, stream: bool) -> Iterator[Case]:
    """An HTML page that says 200, and one that also calls itself an event stream."""
    kinds = {"html": "text/html", "html_as_stream": "text/event-stream"}
    for name, kind in kinds.items():
        yield case(
            f"mislabelled_{name}_{modes(stream)}",
            dialect,
            chat(dialect, error(200, HTML, kind=kind), stream=stream),
            probes=("end.content_type_true",),
            faults=(Fault("mislabelled_body", "upstream"),),
        )


def _json_to_stream(dialect: str) -> Case:
    """The upstream answers a streaming request with one JSON body."""
    reply = Reply(
        body=(Raw('{"error":"busy"}'),), framing="length", content_type="application/json"
    )
    return case(
        "json_to_a_stream",
        dialect,
        chat(dialect, reply),
        probes=("end.content_type_true",),
        faults=(Fault("mislabelled_body", "upstream"),),
    )


def _coded(dialect: str, accept_encoding: str, name: str, stream: bool) -> Case:
    """One answer as it is, then one in the first coding that the upstream is offered.

    A bridge may ask for streams without any coding: then there is nothing to judge.
    """
    asks_none = dialect == "arena" and stream
    pairs = headers(stream=stream, extra=(("Accept-Encoding", accept_encoding),))
    return case(
        f"coded_{name}_{modes(stream)}",
        dialect,
        chat(dialect, GOOD, stream=stream, pairs=pairs),
        chat(dialect, ok(headers=MARKS, coding="offered"), stream=stream, pairs=pairs),
        probes=("end.stream_flag_respected", *(() if asks_none else CODED)),
    )


def _framed(dialect: str, framing: str) -> Case:
    made = Reply(headers=MARKS, body=(Say(), Say(), Finish()), framing=framing)  # type: ignore[arg-type]
    return case(
        f"framed_{framing}",
        dialect,
        chat(dialect, made),
        probes=("end.content_type_true", "end.stream_flag_respected"),
    )


def _cases() -> Iterator[Case]:
    for stream in (True, False):
        yield from (_empty(name, stream) for name in EMPTY)
        for dialect in DIALECTS:
            yield from _mislabelled(dialect, stream)
            for coding in ("gzip", "br", "zstd"):
                yield _coded(dialect, coding, coding, stream)
    for dialect in DIALECTS:
        yield _json_to_stream(dialect)
        yield from (_breaks(dialect, name) for name in BREAKS)
        yield from (_framed(dialect, framing) for framing in ("length", "close"))


CASES = tuple(_cases())
