"""The user's own client, run against a recording relay, and what it made of the id."""

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from harness.diagnose import guarded
from harness.diagnose.client_run import AS_SENT, ClientRun
from harness.diagnose.endpoints import dig
from harness.diagnose.evidence import Evidence, Found, judged, skipped
from harness.diagnose.overheard import Exchanges, spelling, what_was_sent
from harness.diagnose.recording import Relay
from harness.diagnose.settings import Settings
from harness.diagnose.visit import Visit
from harness.errors import UsageError
from harness.loop import Loop

WIDEST = 200  # characters of a line of its output


def client(visit: Visit, seen: Evidence) -> Found:
    """A run as things are, and one with the header's name in the opposite spelling.

    Raises UsageError if the command cannot be run.
    """
    if not visit.settings.client:
        return skipped("no --client COMMAND was given", seen)
    first, exchanges = run(visit)
    runs = [first]
    if first.issued:
        name = visit.map.id_header
        sent_low = spelling(exchanges, visit.map) == name.lower()
        runs.append(run(visit, canonical(name) if sent_low else name.lower())[0])
    good = all(one.kind == "right" and _accepted(one) for one in runs)
    saw = "\n".join(line for one in runs for line in _told(one))
    return judged(good, "ran your client", saw, replace(seen, client=tuple(runs)))


def canonical(name: str) -> str:
    """Each word with a capital, as HTTP/1.1 servers used to write names."""
    return "-".join(word.capitalize() for word in name.split("-"))


def _accepted(one: ClientRun) -> bool:
    return any(200 <= status < 300 for status in one.answers)


def _told(one: ClientRun) -> Iterator[str]:
    yield f"{one.spelling}: {one}"
    if one.kind == "no stream":
        yield "does the command use {base_url}, or BASE_URL of its environment?"
    if one.manner:
        yield one.manner
    if one.ended or not one.sent:
        yield from (f"  its output: {line}" for line in one.output)


def run(visit: Visit, name: str = "") -> tuple[ClientRun, Exchanges]:
    """One run and what it said; `name` is how the id's header is spelled for it, empty: as the
    server does.
    """
    settings = visit.settings
    relay = Relay(settings.base_url, name)
    settings.tell(f"waiting for your client, up to {settings.client_limit:g} s")
    with Loop() as loop:
        host, port = loop.serve(relay.serve)
        here = f"http://{host}:{port}{urlsplit(settings.base_url).path}"
        done = _command(settings, here)
    exchanges = relay.exchanges()
    _hide(visit, exchanges)
    made = replace(
        what_was_sent(exchanges, settings.map),
        spelling=f"spelled {name}" if name else AS_SENT,
        ended=_ending(done, settings.client_limit),
        output=tuple(visit.clean(line)[:WIDEST] for line in done.lines),
    )
    return made, exchanges


def _hide(visit: Visit, exchanges: Exchanges) -> None:
    """The client's own secrets are not to be shown either."""
    members = visit.map.members
    for asked, answer in exchanges:
        token = dig(answer.json(), members.token) if answer else None
        told = (asked.value("Authorization").rpartition(" ")[2], token)
        for value in (*told, dig(asked.json(), members.password)):
            if isinstance(value, str) and value:
                visit.hide("client", value)


def _ending(done: guarded.Ended, limit: float) -> str:
    if done.status is None:
        return f"did not end within {limit:g} s (--client-limit)"
    return f"ended with exit status {done.status}" if done.status else ""


def _command(settings: Settings, base_url: str) -> guarded.Ended:
    """Run it to its end. Raises UsageError if it cannot be started."""
    given = {"base_url": settings.base_url, "auth_url": settings.auth_url}
    given["accounting_url"] = settings.accounting_url
    urls = {n: base_url if url == settings.base_url else url for n, url in given.items()}
    try:
        words = [_filled(word, urls) for word in shlex.split(settings.client)]
        if not words:
            raise UsageError("--client: a command is needed")
        if not shutil.which(words[0]):
            raise FileNotFoundError(0, "there is no such program")
        environment = {name.upper(): url for name, url in urls.items()}
        return guarded.run(words, environment, settings.client_limit)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        program = settings.client.partition(" ")[0]
        raise UsageError(f"--client {program} cannot be run: {reason}") from None


def _filled(word: str, urls: dict[str, str]) -> str:
    for name, url in urls.items():
        word = word.replace("{" + name + "}", url)
    return word
