"""The one function through which every artefact passes at the moment of writing.

A secret becomes a surrogate of the same length, one a secret and run, so that lengths and equality
stay judgeable and a stored trace gives the verdicts of the live one.
"""

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from contracts.trace import Secret

SHORTEST = 6  # characters; shorter values would redact ordinary words


def surrogate(secret: Secret, number: int) -> str:
    """Of the secret's length, in characters that need no escape anywhere."""
    label = f"redacted-{secret.kind}-{number}-"
    return (label + "x" * len(secret.value))[: len(secret.value)]


@lru_cache(maxsize=16)
def _table(secrets: tuple[Secret, ...]) -> tuple[re.Pattern[bytes] | None, dict[bytes, bytes]]:
    table: dict[bytes, bytes] = {}
    for number, secret in enumerate(secrets, 1):
        if len(secret.value) >= SHORTEST:
            table.update(_forms(secret.value, surrogate(secret, number)))
    longest_first = sorted(table, key=len, reverse=True)
    pattern = re.compile(b"|".join(map(re.escape, longest_first))) if table else None
    return pattern, table


def _forms(value: str, stand_in: str) -> Iterable[tuple[bytes, bytes]]:
    """The value as it is, percent-encoded, JSON-escaped and in Basic credentials."""
    yield value.encode(), stand_in.encode()
    for form in {quote(value, safe=""), json.dumps(value)[1:-1]} - {value}:
        yield form.encode(), (stand_in + "x" * len(form))[: len(form)].encode()
    coded = base64.b64encode(value.encode())
    yield coded, (stand_in.encode() + b"x" * len(coded))[: len(coded)]


def redact_bytes(data: bytes, secrets: tuple[Secret, ...]) -> bytes:
    """The bytes with each secret replaced, of the same length."""
    pattern, table = _table(secrets)
    return pattern.sub(lambda found: table[found[0]], data) if pattern else data


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    return redact_bytes(text.encode("utf-8", "surrogateescape"), secrets).decode(
        "utf-8", "surrogateescape"
    )


def redacted_secrets(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    """The secrets themselves as surrogates, for a stored trace that is to be judged again."""
    return tuple(Secret(one.kind, redact(one.value, secrets)) for one in secrets)
