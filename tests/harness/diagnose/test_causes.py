"""Each rule shows for its own evidence, and the first one in the order of the flow wins."""

from dataclasses import replace

import pytest

from harness.diagnose import causes
from harness.diagnose.causes import RULES, verdict
from harness.diagnose.client_run import AS_SENT, ClientRun, Kind
from harness.diagnose.evidence import Evidence, Probe, Step

ID = "stream-1-0a1b2c3d"
YES, NO = Probe("the right id at once", 200), Probe("the right id at once", 400, "mismatch")
WELL = Evidence(
    streamed=True,
    issued=(ID,),
    correct=YES,
    aged=(Probe("the right id after 4 s", 200),),
    foreign=(Probe("the id of an earlier stream", 400, "mismatch"),),
    made_up=(Probe("stream-TIME", 400, "mismatch"),),
    garbage=(Probe("null", 400),),
    altered=(Probe("the right id in upper case", 400),),
    client=(ClientRun(AS_SENT, (ID,), (ID,), (200,), 1),),
)


def own(sent: tuple[object, ...], *more: ClientRun) -> Evidence:
    return replace(WELL, client=(ClientRun(AS_SENT, (ID,), sent, (400,), 1), *more))


REFUSED = (Probe("the right id after 0.5 s", 400), Probe("the right id after 2 s", 400))
SHOWS = {
    "renamed": (causes.NAME, replace(WELL, issued=(), others=(("x-stream-id", ID),))),
    "repeated": (causes.PROXIES, replace(WELL, issued=(ID, ID))),
    "joined": (causes.PROXIES, replace(WELL, issued=(f"{ID}, {ID}",))),
    "raced": (causes.RACE, replace(WELL, correct=NO, delayed=(REFUSED[0], YES))),
    "foreign accepted": (causes.STORAGE, replace(WELL, foreign=(YES,))),
    "made up accepted": (causes.STORAGE, replace(WELL, made_up=(YES,))),
    "null accepted": (causes.STORAGE, replace(WELL, garbage=(YES,))),
    "never accepted": (causes.STORAGE, replace(WELL, correct=NO, delayed=REFUSED)),
    "list accepted": (causes.STORAGE, replace(WELL, altered=(Probe("in a list", 200),))),
    "upper case accepted": (causes.CASE, replace(WELL, altered=(Probe("id in upper case", 200),))),
    "expired": (causes.EXPIRATION, replace(WELL, aged=(REFUSED[0],))),
    "lost by the proxy": (causes.PROXIES, replace(WELL, proxied=("the id is lost",))),
    "one spelling": (
        causes.CASE,
        own((None,), ClientRun("spelled X", (ID,), (ID,), (200,), 1)),
    ),
    "recased by the client": (causes.CASE, own((ID.upper(),))),
    "made up by the client": (causes.FALLBACK, own(("stream-9-0a1b2c3d",))),
    "nothing sent": (causes.EXTRACTION, own((None,))),
    "overtaken": (causes.STORAGE, replace(WELL, parallel=(NO, YES))),
    "an earlier id": (
        causes.EXTRACTION,
        replace(WELL, client=(ClientRun(AS_SENT, ("a", ID), ("a",), (400,), 2),)),
    ),
    "right in one spelling only": (
        causes.CASE,
        own((ID,), ClientRun("spelled x", (ID,), (None,), (400,), 1)),
    ),
    "quoted by the client": (causes.EXTRACTION, own((f'"{ID}"',))),
    "not exposed": (causes.CORS, replace(WELL, unexposed=("the stream exposes nothing",))),
}


@pytest.mark.parametrize(("cause", "seen"), SHOWS.values(), ids=list(SHOWS))
def test_the_evidence_names_its_cause(cause: str, seen: Evidence) -> None:
    found = verdict(seen, [])
    assert (found.verdict, found.cause) == ("cause found", cause)
    assert found.evidence
    assert found.fix
    assert found.contracts


def test_every_cause_is_shown_above() -> None:
    assert {rule.cause for rule in RULES} == {cause for cause, _ in SHOWS.values()}
    assert len({rule.cause for rule in RULES}) == 9


def test_good_evidence_is_all_well() -> None:
    assert verdict(WELL, [Step("health", "ok", "", "")]).verdict == "all well"


def test_a_bad_step_without_a_cause_is_never_all_well() -> None:
    found = verdict(WELL, [Step("events", "bad", "read", "no event")])
    assert (found.verdict, found.cause) == ("cannot tell", "")
    assert found.evidence == ("events: no event",)


@pytest.mark.parametrize("status", [401, 413, 422, 429, 500, 503])
def test_an_answer_about_something_else_is_no_refusal_of_the_id(status: int) -> None:
    odd = Probe("the right id", status)
    assert verdict(replace(WELL, correct=odd, delayed=(odd,)), []).verdict == "all well"
    assert verdict(replace(WELL, aged=(odd,)), []).verdict == "all well"


def test_what_the_service_does_comes_before_what_the_client_does() -> None:
    seen = replace(own((None,)), issued=(), others=(("x-stream-id", ID),), unexposed=("none",))
    assert verdict(seen, []).cause == causes.NAME


SENT: dict[str, tuple[Kind, tuple[object, ...]]] = {
    "the id": ("right", (ID,)),
    "a wrong one on purpose, too": ("right", (ID, "incorrect")),
    "null": ("nothing", (None,)),
    "empty": ("nothing", ("",)),
    "the word undefined": ("nothing", ("undefined",)),
    "no update": ("no update", ()),
    "a part": ("changed", ("0a1b2c3d",)),
    "quoted": ("changed", (f'"{ID}"',)),
    "more": ("changed", (f"id={ID}",)),
    "another case": ("recased", (ID.upper(),)),
    "made up": ("made up", ("stream-9",)),
    "with blanks": ("changed", (f" {ID}",)),
    "a list": ("changed", ([ID],)),
    "a number": ("changed", (7,)),
}


@pytest.mark.parametrize(("kind", "sent"), SENT.values(), ids=list(SENT))
def test_what_a_client_sent_is_told_apart(kind: Kind, sent: tuple[object, ...]) -> None:
    assert ClientRun(AS_SENT, (ID,), sent, (), 1).kind == kind


def test_a_client_that_never_streamed_proves_nothing() -> None:
    silent = ClientRun(AS_SENT)
    assert silent.kind == "no stream"
    assert verdict(replace(WELL, client=(silent,)), []).verdict == "all well"
