"""Which rules of an edge a request breaks, the field that each is about, and the mend.

A clearance cookie is bound to the User-Agent that it was issued for, so a wrong User-Agent breaks
two rules, and only one field is to be mended.
"""

from collections.abc import Iterator, Sequence

from contracts.message import Message
from fakes.edge import RULES, Edge, EdgePolicy

OTHER_AGENT = "clearance_of_another_user_agent"
FIELDS = {
    "no_user_agent": "User-Agent",
    "repeated_user_agent": "User-Agent",
    "library_user_agent": "User-Agent",
    "no_clearance": "Cookie",
    "repeated_clearance": "Cookie",
    "expired_clearance": "Cookie",
    OTHER_AGENT: "Cookie",
    "accept_without_event_stream": "Accept",
    "no_credential": "Cookie",
    "unknown_credential": "Cookie",
    "banned_credential": "Cookie",
    "no_captcha": "x-recaptcha-token",
    "spent_captcha": "x-recaptcha-token",
}
CONTRACTS = {
    "User-Agent": "identity.user_agent",
    "Accept": "identity.accept",
    "Cookie": "identity.cookies",
    "x-recaptcha-token": "identity.captcha_token_optional",
}
MENDS = {
    "Cookie": "the cookies that belong to the User-Agent and are still good",
    "Accept": "an Accept that names text/event-stream",
    "x-recaptcha-token": "a captcha token that was not used before",
}


def broken(request: Message, policy: EdgePolicy, stream: bool) -> Iterator[str]:
    """Every rule that would refuse the request, not only the first one, which answers."""
    for rule in RULES:
        if refusal := rule(Edge(policy, stream), request):
            yield refusal.rule


def fields(rules: Sequence[str]) -> list[str]:
    """The header fields to mend, each once. A cookie beside a wrong User-Agent may be well."""
    found = list(dict.fromkeys(FIELDS[rule] for rule in rules if rule in FIELDS))
    cookie = [rule for rule in rules if FIELDS.get(rule) == "Cookie"]
    only_beside = cookie == [OTHER_AGENT] and "User-Agent" in found
    return [name for name in found if not (only_beside and name == "Cookie")]


def mend(path: str, names: Sequence[str], well: Sequence[str], transparent: bool) -> str:
    """What to do about these fields on this path; `well` are the paths that were let pass."""
    told = " and ".join(names) or "headers"
    if transparent:
        return f"Hand the client's {told} on as it came, on every path."
    if path.endswith("retry"):
        return f"Make retries by the function that makes first attempts, with the same {told}."
    own = "the User-Agent of the plain path" if "plain" in well else "a browser's User-Agent"
    clauses = " and ".join((MENDS | {"User-Agent": own})[name] for name in names)
    where = " on streams too" if path == "stream" and "plain" in well else ""
    return f"Send {clauses}{where}: one function for all paths."
