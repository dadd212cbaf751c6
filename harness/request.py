"""Fill a step's placeholders in: the request as this target expects it."""

import re

from fakes.client import Pairs
from harness.brought import Brought
from harness.case import Step
from harness.relay import Address
from harness.target import Client, client_key, header_values

OVERSIZE = "$oversize:"
PLACEHOLDER = re.compile(r"\$(?:host|path|key|model|nonce)")


def render(
    step: Step, client: Client, entry: Address, nonce: str, brought: Brought
) -> tuple[Pairs, str, bytes]:
    """Headers, path and body. Content-Length is the body's, unless the step says its own."""
    known = {
        "$host": f"{entry[0]}:{entry[1]}",
        "$path": client.path,
        "$key": client_key(client),
        "$model": client.model,
        "$nonce": nonce,
    }
    body = _body(brought.filled(_filled(step.body, known), escaped=True))
    headers = [(name, brought.filled(_filled(value, known))) for name, value in step.headers]
    own = {"authorization", *(name.lower() for name, _ in headers)}
    headers += [(n, v) for n, v in header_values(client).items() if n.lower() not in own]
    framed = {"content-length", "transfer-encoding"} & {name.lower() for name, _ in headers}
    if not framed and (body or step.method == "POST"):
        headers.append(("Content-Length", str(len(body))))
    return headers, brought.filled(_filled(step.path, known)), body


def _filled(text: str, known: dict[str, str]) -> str:
    """In one pass: what a value holds is no placeholder."""
    return PLACEHOLDER.sub(lambda found: known[found[0]], text)


def _body(text: str) -> bytes:
    """`$oversize:N` stands for N bytes, so that a case file stays small."""
    if text.startswith(OVERSIZE):
        return b'"' + b"x" * (int(text.removeprefix(OVERSIZE)) - 2) + b'"'
    return text.encode()
