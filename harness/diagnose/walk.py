"""The walk along all steps, in the order of the flow, and its verdict."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.diagnose import (
    browsing,
    looking,
    own_client,
    preparing,
    proxied,
    refusing,
    twice,
    updating,
)
from harness.diagnose.causes import verdict
from harness.diagnose.evidence import Evidence, Found, Step, Verdict
from harness.diagnose.settings import Settings
from harness.diagnose.visit import Visit
from harness.diagnose.wire import Origin, Wire

SCOPE = "as to the nine causes"
Act = Callable[[Visit, Evidence], Found]

STEPS: tuple[tuple[str, Act], ...] = (
    ("health", preparing.health),
    ("login", preparing.login),
    ("credits", preparing.credit),
    ("session", preparing.session),
    ("models", preparing.models),
    ("header inspection", looking.headers),
    ("name variants", looking.variants),
    ("value format", looking.form),
    ("events", looking.events),
    ("correct id", updating.correct),
    ("delay sensitivity", updating.delay),
    ("expiry", updating.expiry),
    ("fallback ids", refusing.fallback),
    ("storage", refusing.storage),
    ("type and equality", refusing.types),
    ("second stream", twice.stream),
    ("second update", twice.update),
    ("CORS", browsing.cors),
    ("through the proxy", proxied.through),
    ("your client", own_client.client),
)


@dataclass(frozen=True, slots=True)
class Report:
    """All steps and the last word; `scope` is what "all well" is about, `tried` who was asked."""

    steps: tuple[Step, ...]
    verdict: Verdict
    scope: str = ""
    tried: str = ""


def walk(settings: Settings, told: Callable[[str], None] = lambda name: None) -> Report:
    """Take every step; `told` hears of each before it begins.

    Raises UsageError or TargetError if there is nothing to diagnose.
    """
    wire = Wire(settings.limit, settings.json_limit, settings.wait)
    visit = Visit(replace(settings, tell=told), wire, Origin(settings.base_url, "--base-url"))
    seen, steps = Evidence(), list[Step]()
    try:
        for name, act in STEPS:
            told(name)
            found = act(visit, seen)
            seen = found.seen
            steps.append(Step(name, found.outcome, found.did, visit.clean(found.saw)))
    finally:
        visit.close_sessions()
        wire.http.close()
    last = verdict(seen, steps)
    evidence = tuple(map(visit.clean, last.evidence))
    return Report(tuple(steps), replace(last, evidence=evidence), SCOPE)
