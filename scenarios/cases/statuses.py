"""The upstream refuses: 401, 403, 429, 500 and 503, once and always, streaming and plain."""

import json
from collections.abc import Iterator

from fakes.script import Pairs, Reply, error, ok
from harness.case import Case, Fault
from scenarios.asking import DIALECTS, case, chat, modes
from scenarios.cases.happy import MARKS

REFUSAL = Fault("error_status", "upstream")
RATE = Fault("rate_limited", "upstream")
CREDENTIAL = Fault("credential_refused", "upstream")
SECONDS: Pairs = (("Retry-After", "120"), ("x-ratelimit-remaining-requests", "0"))
DATE: Pairs = (
    ("Date", "Wed, 18 Nov 2037 12:00:00 GMT"),
    ("Retry-After", "Wed, 18 Nov 2037 12:02:00 GMT"),
    ("x-ratelimit-remaining-requests", "0"),
)
AFTER_ERROR = ("end.error_keeps_status", "retry.bounded", "secrets.not_in_errors")
CONCERNS_CREDENTIAL = (401, 403, 429)


def refusal(status: int, headers: Pairs = ()) -> Reply:
    body = {"error": f"upstream says {status}", "code": f"trial_{status}"}
    return error(status, json.dumps(body), (("x-request-id", "req-7f3a"), *headers))


def once(dialect: str, status: int, stream: bool) -> Case:
    """Only a bridge may try again; what it tries must look like the first attempt."""
    concerns = status in CONCERNS_CREDENTIAL
    rotation = ("retry.failover_before_content", "retry.rotates_credential")
    parity = ("identity.retry_parity", "retry.fresh_ids")
    return case(
        f"status_{status}_once_{modes(stream)}",
        dialect,
        chat(dialect, refusal(status), ok(headers=MARKS), stream=stream),
        probes=("retry.bounded", *(rotation + parity if concerns else ("end.error_keeps_status",))),
        faults=(CREDENTIAL if concerns else REFUSAL,),
        isolated=status == 401,
    )


def always(dialect: str, status: int, stream: bool) -> Case:
    """Every attempt is refused; then the upstream is well again."""
    concerns = status in CONCERNS_CREDENTIAL
    return case(
        f"status_{status}_always_{modes(stream)}",
        dialect,
        chat(dialect, refusal(status), stream=stream),
        chat(dialect, ok(headers=MARKS), stream=stream),
        probes=(
            *AFTER_ERROR,
            "retry.exhausted_reports_upstream",
            *(("retry.rotates_credential",) if concerns else ()),
        ),
        faults=(CREDENTIAL if concerns else REFUSAL,),
        isolated=status == 401 and dialect == "arena",
    )


def wait(dialect: str, status: int, headers: Pairs, form: str, stream: bool) -> Case:
    """The upstream says how long to wait: two minutes, so that a pass is immediate."""
    return case(
        f"retry_after_{status}_{form}_{modes(stream)}",
        dialect,
        chat(dialect, refusal(status, headers), stream=stream),
        probes=("headers.retry_after_forwarded", "retry.honours_retry_after", "retry.bounded"),
        faults=(RATE,),
    )


def parity(dialect: str) -> Case:
    """The same response headers on a plain answer, a stream and an error."""
    return case(
        "headers_on_every_path",
        dialect,
        chat(dialect, ok(headers=MARKS), stream=False),
        chat(dialect, ok(headers=MARKS)),
        chat(dialect, refusal(500, MARKS[1:])),
        probes=("headers.response_forwarded",),
    )


def _cases() -> Iterator[Case]:
    for dialect in DIALECTS:
        yield parity(dialect)
        for stream in (True, False):
            for status in (401, 403, 429, 500, 503):
                yield always(dialect, status, stream)
                if dialect == "arena":
                    yield once(dialect, status, stream)
            for status in (429, 503):
                yield wait(dialect, status, SECONDS, "seconds", stream)
                yield wait(dialect, status, DATE, "date", stream)


def secret_echo(status: int, stream: bool) -> Case:
    """The upstream's error repeats the credential that it was sent."""
    body = json.dumps({"error": "token $credential is not valid"})
    return case(
        f"error_echoes_secret_{status}_{modes(stream)}",
        "arena",
        chat("arena", error(status, body), stream=stream),
        probes=("secrets.not_in_errors",),
        faults=(REFUSAL,),
        isolated=status == 401,
    )


CASES = (*_cases(), secret_echo(401, True), secret_echo(500, True), secret_echo(500, False))
