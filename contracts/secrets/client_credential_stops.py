"""No credential that the client sent to the proxy reaches the upstream in any header unless
declared.

Basis: least privilege.
Broken in: BerriAI/litellm#38114 (virtual key recorded at the provider), BerriAI/litellm#32202
(proxy key at the upstream), NVIDIA-NeMo/Switchyard#410 (canaries at the recorder),
NVIDIA-NeMo/nemo-platform#1589 (placeholder key wins over the injected one),
dhis2-chap/chap-core#513 (token reaches every registered service)
"""

from collections.abc import Iterator
from urllib.parse import unquote

from contracts.message import Message
from contracts.needs import UPSTREAM_REQUEST, bare, cookies
from contracts.record import Declares, Secret
from contracts.testing import call, sent, trial
from contracts.trace import Trace
from contracts.verdict import Finding, contract

CARRIERS = ("Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Proxy-Authorization")
OF_UPSTREAM = ("auth_token", "clearance")
SHORTEST = 8  # characters: a shorter value occurs by chance


@contract("MUST", applies="bridge", needs=(UPSTREAM_REQUEST,))
def client_credential_stops(trace: Trace) -> Iterator[Finding]:
    held = _client_credentials(trace)
    may_pass = {name.lower() for name in trace.declares.credential_headers}
    for one in trace.chats():
        for request in one.upstream_requests:
            for header, text in (("", unquote(request.target)), *request.headers):
                found = sorted({origin for value, origin in held.items() if value in text})
                if found and header.lower() not in may_pass:
                    where = header or "the request target"
                    actual = f"{' and '.join(found)} in {where}"
                    yield Finding(request, "no credential of the client", actual, header=header)


def _client_credentials(trace: Trace) -> dict[str, str]:
    """Each value that only the client's side may see, and what it is."""
    held = dict.fromkeys(trace.secrets_of("client_key"), "the client's key")
    for one in trace.exchanges:
        held |= _sent_by_client(one.ingress.request) if one.ingress else {}
    shared = set(trace.secrets_of(*OF_UPSTREAM))
    return {value: o for value, o in held.items() if len(value) >= SHORTEST and value not in shared}


def _sent_by_client(request: Message) -> dict[str, str]:
    found = {bare(value): f"the client's {h}" for h in CARRIERS for value in request.values(h)}
    return found | {value: "the client's cookie" for _, value in cookies(request)}


KEY = {"Authorization": "Bearer sk-canary-000001"}
OWN = {"Authorization": "Bearer upstream-000001"}

HOLDS = trial(call(sent(OWN), asks=sent(KEY)), dialect="openai")
HOLDS_DECLARED = trial(
    call(sent(KEY), asks=sent(KEY)), declares=Declares(credential_headers=("authorization",))
)
BREAKS = trial(call(sent(KEY), asks=sent(KEY)), secrets=[Secret("client_key", "sk-canary-000001")])
BREAKS_OTHER_HEADER = trial(
    call(
        sent({**OWN, "X-Forwarded-Key": "sk-canary-000001"}),
        asks=sent({"x-api-key": "sk-canary-000001"}),
    )
)
BREAKS_COOKIE = trial(
    call(sent({"Cookie": "theirs=canary-000002"}), asks=sent({"Cookie": "mine=canary-000002"}))
)
