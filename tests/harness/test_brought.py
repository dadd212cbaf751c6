"""A later request uses what an earlier answer brought; what was not brought is missing."""

import json

import pytest

from contracts.http1 import Reader
from contracts.message import Message
from fakes.client import Asking
from harness.brought import Brought
from harness.errors import UsageError

ID = "stream-1-0f0f0f0f"
EVENTS = (
    'event: chunk\ndata: {"text": "one \\"quoted\\" "}\n\n'
    'event: chunk\ndata: not json\n\nevent: chunk\ndata: {"text": "two"}\n\n'
    'event: done\ndata: {"tokensUsed": 2}\n\n'
)


class Answered(Asking):
    """A request whose answer is known."""

    def __init__(self, body: str, *headers: str) -> None:
        super().__init__(("", 0), b"", "GET")
        data = body.encode()
        lines = ("HTTP/1.1 200 OK", *headers, f"Content-Length: {len(data)}", "", "")
        self._message = Reader().feed(0, "\r\n".join(lines).encode() + data)[0]

    @property
    def answer(self) -> Message | None:
        return self._message


@pytest.fixture
def brought() -> Brought:
    made = Brought()
    made.add(
        "s", Answered(EVENTS, "Content-Type: text/event-stream", f"x-streaming-session-id: {ID}")
    )
    made.add("login", Answered(json.dumps({"accessToken": "a.b.c", "user": {"id": "u1"}})))
    made.add("unanswered", Asking(("", 0), b"", "GET"))
    return made


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("${s.id}", ID),
        ("${s.header:Content-Type}", "text/event-stream"),
        ("${s.text}", 'one "quoted" two'),
        ("${s.tokens}", "2"),
        ("${login.token}", "a.b.c"),
        ("${login.json:user.id}", "u1"),
        ("${login.json:user.none}", ""),
        ("${login.id}", ""),
        ("${login.tokens}", "0"),
        ("${unanswered.id}${unanswered.tokens}", "0"),
        ("<${s.id|upper}>", f"<{ID.upper()}>"),
        ("${s.id|timestamp}", "stream-1"),
        ("${s.id|percent}", "".join(f"%{ord(c):02X}" for c in ID)),
        ("$nonce ${ s.id }", "$nonce ${ s.id }"),
    ],
)
def test_reference_becomes_the_value(brought: Brought, reference: str, value: str) -> None:
    assert brought.filled(reference) == value


def test_inside_of_a_json_string_it_is_escaped(brought: Brought) -> None:
    body = brought.filled('{"completeResponse": "${s.text}"}', escaped=True)
    assert json.loads(body) == {"completeResponse": 'one "quoted" two'}


@pytest.mark.parametrize("reference", ["${later.id}", "${s.id|shuffled}", "${s.colour}"])
def test_what_there_is_not_is_told(brought: Brought, reference: str) -> None:
    with pytest.raises(UsageError, match=r"no such step or change|it must be id"):
        brought.filled(reference)
