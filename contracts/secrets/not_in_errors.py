"""No key, token or cookie value appears in an error body, a response header or a line that the
proxy logs.

Basis: the streaming 403 (docs/streaming-403.md): errors are to be clear, not to leak.
Broken in: BerriAI/litellm#15799 (?key=... in the error), BerriAI/litellm#6963 (key in logs on 400),
BerriAI/litellm#18731 (full key in error.param), BerriAI/litellm#39757 (hash and table name to
anonymous callers), graniet/llm#115 (key in error text)
"""

import json
from collections.abc import Iterator

from contracts.message import Message
from contracts.needs import REFUSED_UPSTREAM, error_of, events
from contracts.record import Secret
from contracts.testing import call, got, sent, trial
from contracts.trace import Exchange, Trace
from contracts.verdict import Finding, Need, contract

AN_ERROR = Need(
    "an error answer",
    lambda trace: (
        REFUSED_UPSTREAM.met(trace)
        or any(one.response and one.response.status >= 400 for one in trace.exchanges)
    ),
)


@contract("MUST", needs=(AN_ERROR,))
def not_in_errors(trace: Trace) -> Iterator[Finding]:
    secrets = [secret for secret in trace.record.secrets if secret.value]
    for one in trace.exchanges:
        if one.response:
            relayed = "" if trace.bridge else _from_upstream(one)
            own = [secret for secret in secrets if secret.value not in relayed]
            yield from _in_response(one.response, own)
    for line in trace.record.log:
        for secret in (secret for secret in secrets if secret.value in line):
            shown = line.replace(secret.value, "***")
            yield Finding(None, "no secret in the log", f"{secret.kind} in: {shown}")


def _in_response(response: Message, secrets: list[Secret]) -> Iterator[Finding]:
    for secret in secrets:
        if secret.value in _error_text(response):
            yield Finding(response, "no secret in an error", f"{secret.kind} in the body")
        for header, value in response.headers:
            if secret.value in value:
                actual = f"{secret.kind} in {header}"
                yield Finding(response, "no secret in a header", actual, header=header)


def _error_text(response: Message) -> str:
    """All of an error's body; of a stream its error events; empty where there is no error."""
    if response.status >= 400:
        return response.text
    told = [event.data for event in events(response) if event.type == "error"]
    error = error_of(response)
    return "\n".join([*told, json.dumps(error, ensure_ascii=False)] if error else told)


def _from_upstream(one: Exchange) -> str:
    """What upstream itself told: a transparent proxy relays it."""
    answers = [a.egress.response for a in one.attempts if a.egress.response]
    headers = [value for answer in answers for _, value in answer.headers]
    return "\n".join([answer.text for answer in answers] + headers)


KEY = Secret("auth_token", "sk-secret-1")
JSON = {"Content-Type": "application/json"}
LEAK = got(401, JSON, {"error": {"message": "bad key sk-secret-1"}})
CLEAN = got(401, JSON, {"error": {"message": "bad key"}})

HOLDS = trial(call((sent(), LEAK), gets=CLEAN), secrets=[KEY])
HOLDS_RELAYED = trial(call((sent(), LEAK), gets=LEAK), secrets=[KEY], dialect="transparent")
BREAKS = trial(call((sent(), LEAK), gets=LEAK), secrets=[KEY])
BREAKS_OWN = trial(call((sent(), CLEAN), gets=LEAK), secrets=[KEY], dialect="transparent")
BREAKS_HEADER = trial(call(gets=got(401, {"X-Used": "sk-secret-1"})), secrets=[KEY])
BREAKS_LOG = trial(call((sent(), CLEAN), gets=CLEAN), secrets=[KEY], log=["401 for sk-secret-1"])
BREAKS_STREAM = trial(
    call(
        (sent(), LEAK),
        gets=got(
            200,
            {"Content-Type": "text/event-stream"},
            b'data: {"error":{"message":"sk-secret-1"}}\n\n',
        ),
    ),
    secrets=[KEY],
)
