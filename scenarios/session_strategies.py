"""What hypothesis makes up for the session services: ids, header names, requests of odd clients.

An id is drawn as JSON text in which `${s.id}` stands for the right one, so that a case file needs
no value of a run.
"""

import json
import unicodedata

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from harness.brought import CHANGES
from harness.case import Case, Fault, Pairs
from scenarios.cases.session_flow import WELL_FORMED
from scenarios.cases.session_ids import MALFORMED
from scenarios.talking import begin, read, right, stream, update

HEADER = "X-Streaming-Session-Id"
SPELLINGS = (HEADER, HEADER.lower(), HEADER.upper(), HEADER.title(), HEADER.swapcase())
OTHER_NAMES = (
    *("streaming-session-id", "X-Stream-Id", "x-stream-id", "X-Session-Id"),
    *("Streaming-Session-Id", "X_Streaming_Session_Id", "X-Streaming-SessionId", "Last-Event-ID"),
)
JOINS = (", ", ",", ";", " ", "\t", "\r\n", "\u0000", "\u200b", "%20", "")


def header_names() -> SearchStrategy[str]:
    """Names under which clients, services and proxies have looked for the id."""
    return st.sampled_from((*SPELLINGS, *OTHER_NAMES))


def _scalars() -> SearchStrategy[object]:
    floats = st.floats(allow_nan=False, allow_infinity=False)
    return st.one_of(st.none(), st.booleans(), st.integers(), floats, st.text(max_size=40))


def _other_types() -> SearchStrategy[str]:
    """JSON values of every other type, and texts that are no ids."""
    nested = st.recursive(
        _scalars(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )
    return nested.map(json.dumps)


def _around() -> SearchStrategy[str]:
    """The right id with something before or after it."""
    ends = st.one_of(st.sampled_from(JOINS), st.text(max_size=5))
    pairs = st.tuples(ends, ends).filter(lambda pair: any(pair))
    return pairs.map(lambda pair: _text(f"{pair[0]}$${{s.id}}{pair[1]}"))


def _joined() -> SearchStrategy[str]:
    """The right id twice, as a proxy joins two fields."""
    return st.sampled_from(JOINS).map(lambda join: _text(f"$${{s.id}}{join}$${{s.id}}"))


def _changed() -> SearchStrategy[str]:
    return st.sampled_from(sorted(CHANGES)).map(lambda change: f'"${{s.id|{change}}}"')


def _long() -> SearchStrategy[str]:
    """From one byte to 64 KiB."""
    sizes = st.one_of(st.integers(1, 64), st.sampled_from([255, 4096, 65_536]))
    return st.tuples(st.sampled_from("a0-ſé"), sizes).map(lambda d: json.dumps(d[0] * d[1]))


def _look_alikes() -> SearchStrategy[str]:
    """Ids that become one, or another, under normalisation: a ligature, a Cyrillic letter, ..."""
    texts = st.sampled_from(["ﬆream-1-0f0f0f0f", "ѕtream-1-0f0f0f0f", "stréam-1-0f0f0f0f"])
    composed = texts.map(lambda text: unicodedata.normalize("NFC", text))
    return st.one_of(texts, composed).map(json.dumps)


def _text(value: str) -> str:
    """JSON text of a string in which `$${` stands for a reference that is filled in later."""
    return json.dumps(value).replace("$${", "${")


def session_ids() -> SearchStrategy[str]:
    """Ids that are not right, as JSON text (empty: no id at all): malformed, made up or changed.

    None, "", a wrong format, a time stamp only and a well-formed foreign one are among them.
    """
    known = st.sampled_from([*MALFORMED.values(), WELL_FORMED, '"stream-1700000000000-0f0f0f0f"'])
    others = (_other_types(), _long(), _look_alikes())
    return st.one_of(_around(), _joined(), _changed(), known, st.one_of(*others))


@st.composite
def updated_oddly(draw: st.DrawFn) -> Case:
    """One stream, updates with ids that are not right, then the right one."""
    odd = draw(st.lists(session_ids(), min_size=1, max_size=4))
    extra = draw(st.lists(_id_fields(), max_size=1))
    name = draw(st.lists(header_names(), max_size=1))
    settings = {"new": name[0]} if name else {}
    faults = [Fault("damage_session_header_rename", "client leg", settings)] if name else []
    return Case(
        "made_up_ids",
        "session",
        (
            *begin("user1"),
            stream("chat_user1"),
            *(update("chat_user1", given=given) for given in odd),
            *(update("chat_user1", given="", extra=pairs) for pairs in extra),
            read("chat_user1"),
            update("chat_user1", given=right()),
            read("chat_user1"),
        ),
        faults=(Fault("session_id_variants", "client"), *faults),
    )


@st.composite
def _id_fields(draw: st.DrawFn) -> Pairs:
    """The id, or something like it, in header fields of one of its names."""
    values = ("${s.id}", " ${s.id}\t", "${s.id|upper}", "${s.id}, ${s.id}", '"${s.id}"', "x", "")
    return tuple(
        (draw(header_names()), draw(st.sampled_from(values)))
        for _ in range(draw(st.integers(1, 2)))
    )
