"""The user's own client, run against a recording relay, and what it made of the id."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from contracts.message import Message
from harness.diagnose.endpoints import Map, dig
from harness.diagnose.evidence import AS_SENT, ClientRun, Evidence, Found, judged, skipped
from harness.diagnose.recording import Relay
from harness.diagnose.settings import Settings
from harness.diagnose.visit import Visit
from harness.errors import UsageError
from harness.loop import Loop

Exchanges = Iterable[tuple[Message, Message | None]]


def client(visit: Visit, seen: Evidence) -> Found:
    """A run as things are; if it goes wrong, two more with the header's name spelled otherwise.

    Raises UsageError if the command cannot be run.
    """
    if not visit.settings.client:
        return skipped("no --client COMMAND was given", seen)
    runs = [run(visit.settings)]
    if runs[0].kind != "right" and runs[0].issued:
        names = (visit.map.id_header, visit.map.id_header.lower())
        runs += [run(visit.settings, name) for name in names]
    told = [f"{one.spelling}: {one}" for one in runs]
    if runs[0].kind == "no stream":
        told.append("does the command use {base_url}, or BASE_URL of its environment?")
    good = runs[0].kind == "right" and any(200 <= one < 300 for one in runs[0].answers)
    saw = "\n".join(told)
    return judged(good, "ran your client", saw, replace(seen, client=tuple(runs)))


def run(settings: Settings, name: str = "") -> ClientRun:
    """One run; `name` is how the id's header is spelled for it, empty: as the server does."""
    relay = Relay(settings.base_url, name)
    with Loop() as loop:
        host, port = loop.serve(relay.serve)
        here = f"http://{host}:{port}{urlsplit(settings.base_url).path}"
        ended = _command(settings, here)
    made = what_was_sent(relay.exchanges(), settings.map)
    return replace(made, spelling=f"spelled {name}" if name else AS_SENT, ended=ended)


def what_was_sent(exchanges: Exchanges, names: Map) -> ClientRun:
    """The ids of the streams that were answered, and those of the updates."""
    all_of_it = list(exchanges)
    streams = [a for q, a in all_of_it if a and _is(q, names.paths.stream) and a.status == 200]
    updates = [(q, a) for q, a in all_of_it if _is(q, names.paths.update)]
    return ClientRun(
        AS_SENT,
        issued=tuple(value for answer in streams for value in answer.values(names.id_header)),
        sent=tuple(_sent(asked, names) for asked, _ in updates),
        answers=tuple(answer.status for _, answer in updates if answer),
        streams=len(streams),
    )


def _is(request: Message, path: str) -> bool:
    shape = re.escape(path).replace(re.escape("{session}"), "[^/?]+")
    return request.method != "OPTIONS" and bool(re.search(shape + r"/?(\?.*)?\Z", request.target))


def _sent(request: Message, names: Map) -> object:
    """The id in the body, or in the header field; None: neither."""
    given = dig(request.json(), names.members.streaming_session_id)
    return given if given is not None else request.value(names.id_header) or None


def _command(settings: Settings, base_url: str) -> str:
    """Run it to its end; how it ended, if not well. Raises UsageError if it cannot be started."""
    given = {"base_url": settings.base_url, "auth_url": settings.auth_url}
    given["accounting_url"] = settings.accounting_url
    urls = {n: base_url if url == settings.base_url else url for n, url in given.items()}
    try:
        words = [_filled(word, urls) for word in shlex.split(settings.client)]
        if not words:
            raise UsageError("--client: a command is needed")
        started = subprocess.Popen(
            words,
            env=os.environ | {name.upper(): url for name, url in urls.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        program = settings.client.partition(" ")[0]
        raise UsageError(f"--client {program} cannot be run: {reason}") from None
    return _ended(started, settings.client_limit)


def _filled(word: str, urls: dict[str, str]) -> str:
    for name, url in urls.items():
        word = word.replace("{" + name + "}", url)
    return word


def _ended(started: subprocess.Popen[bytes], limit: float) -> str:
    with started:
        try:
            status = started.wait(limit)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            return f"did not end within {limit:g} s"
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            raise
    return f"ended with exit status {status}" if status else ""
