"""What hypothesis makes up: header permutations of a client, answers of an edge; whole cases.

Only legal messages are drawn (RFC 9110 5): a proxy that refuses an illegal one would be right.
"""

import json
import string

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fakes.edge import OFF, block_page, captcha_refusal, challenge_page, rate_limited
from fakes.identities import CLIENT_USER_AGENT
from fakes.script import Action, Cut, Fail, Finish, Reply, Reset, Say, error, ok
from harness.case import Case, Fault, Pairs, Step
from scenarios.asking import EDGES, chat, headers
from scenarios.cases.happy import MARKS

NAME = string.ascii_letters + string.digits + "-"  # odd names: the case odd_field_names
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
OBS_TEXT = "".join(map(chr, range(0xA1, 0x100)))
OPTIONAL = ("User-Agent", "Accept", "Accept-Encoding")
LISTS = ("Accept", "X-Made-Up-List", "Cache-Control", "Accept-Language")
VALUES = {
    "Accept": ("text/event-stream", "application/json", "*/*", "text/*;q=0.5, */*;q=0.1"),
    "Accept-Encoding": ("identity", "gzip", "gzip, br", "*", "gzip;q=0, identity"),
    "User-Agent": (CLIENT_USER_AGENT, "curl/8.5.0", "OpenAI/Python 1.2", "x", "a (b; c) d/1"),
}


def field_values() -> SearchStrategy[str]:
    """Legal field values: visible characters with blanks and tabs inside, obs-text, or nothing."""
    inner = st.text(VISIBLE + OBS_TEXT + " \t", max_size=40)
    ends = st.sampled_from(VISIBLE)
    framed = st.tuples(ends, inner, ends).map("".join)
    odd = st.sampled_from(['"quoted, with comma"', "a,b ,, c", "x; y=z", "v" * 2048, "%0d%0a"])
    return st.one_of(framed, odd, st.just(""))


def made_up_fields() -> SearchStrategy[tuple[str, str]]:
    """End-to-end fields that no proxy has an opinion on."""
    names = st.text(NAME, min_size=1, max_size=12).map(lambda name: f"X-Made-Up-{name}")
    return st.tuples(names, field_values())


def recased(name: str) -> SearchStrategy[str]:
    """The name in some mixture of case."""
    return st.sampled_from((name, name.lower(), name.upper(), name.swapcase(), name.title()))


@st.composite
def header_permutations(draw: st.DrawFn) -> Pairs:
    """A legal request's header pairs: order, case, repeats, omissions, odd values."""
    omitted = draw(st.sets(st.sampled_from(OPTIONAL)))
    pairs = [pair for pair in headers() if pair[0] not in omitted]
    pairs = [(name, draw(st.sampled_from(VALUES.get(name, (value,))))) for name, value in pairs]
    extra = draw(st.lists(made_up_fields(), max_size=4, unique_by=lambda pair: pair[0].lower()))
    repeats = [(name, "second") for name in draw(st.sets(st.sampled_from(LISTS), max_size=2))]
    mixed = draw(st.permutations([*pairs, *extra, *repeats]))
    return tuple((draw(recased(name)), value) for name, value in mixed)


@st.composite
def asked_twice(draw: st.DrawFn, dialect: str) -> Case:
    """The same headers on a stream and on a plain request."""
    pairs = draw(header_permutations())
    edge = EDGES[dialect] if dialect == "arena" else OFF
    steps = tuple(
        chat(dialect, ok(headers=MARKS), stream=stream, pairs=pairs, edge=edge)
        for stream in (True, False)
    )
    return Case("made_up_headers", dialect, steps, faults=(Fault("header_permutations", "client"),))


def error_bodies() -> SearchStrategy[str]:
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    shapes: SearchStrategy[object] = st.one_of(
        texts.map(lambda text: {"error": text}),
        texts.map(lambda text: {"error": {"message": text, "type": "trial"}}),
        st.just({"error": "token $credential is not valid"}),
        st.just({}),
    )
    return shapes.map(json.dumps)


@st.composite
def refusals(draw: st.DrawFn) -> Reply:
    """Anything an edge or a provider may answer instead of content."""
    pages = [challenge_page(), challenge_page(503), block_page(), captcha_refusal()]
    limits = [rate_limited("120"), rate_limited("120", page=True), rate_limited("60", status=503)]
    status = draw(
        st.sampled_from((400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 520))
    )
    told = error(status, draw(error_bodies()), (("x-request-id", "req-7f3a"),))
    return draw(st.sampled_from([told, told, *pages, *limits]))


def breaks() -> SearchStrategy[Reply]:
    """A 200 that fails on the way: before content or after it."""
    endings: list[tuple[Action, ...]] = [
        (Cut(),),
        (Reset(),),
        (Fail("trial failure"),),
        (),
        (Cut(7), Say()),
    ]
    ends = st.sampled_from(endings)
    said = st.integers(0, 3).map(lambda count: tuple(Say() for _ in range(count)))
    return st.tuples(said, ends).map(lambda pair: Reply(body=(*pair[0], *pair[1])))


def good_answers() -> SearchStrategy[Reply]:
    reasons = st.sampled_from(["stop", "length", "content-filter"])
    return st.tuples(st.integers(1, 6), reasons).map(
        lambda drawn: Reply(headers=MARKS, body=(*[Say()] * drawn[0], Finish(drawn[1])))
    )


@st.composite
def answered_badly(draw: st.DrawFn, dialect: str) -> Case:
    """Up to three refusals or breaks, then perhaps a good answer; then a request that is well."""
    bad = draw(st.lists(st.one_of(refusals(), breaks()), min_size=1, max_size=3))
    last = draw(st.lists(good_answers(), max_size=1))
    stream = draw(st.booleans())
    first: Step = chat(dialect, *bad, *last, stream=stream)
    after = chat(dialect, ok(headers=MARKS), stream=stream)
    return Case(
        "made_up_answers", dialect, (first, after), faults=(Fault("error_status", "upstream"),)
    )
