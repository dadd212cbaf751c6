"""The one function through which every artefact passes at the moment of writing.

A secret becomes a surrogate of the same length, one a secret and run, so that lengths and equality
stay judgeable and a stored trace gives the verdicts of the live one.
"""

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from urllib.parse import quote

from contracts.trace import Secret

SHORTEST = 6  # characters; shorter values would redact ordinary words


def surrogate(secret: Secret, number: int) -> str:
    """As long as the secret's UTF-8, in characters that need no escape, another for each number."""
    size = len(secret.value.encode())
    label = f"redacted-{secret.kind}-{number}-"
    return (label if len(label) <= size else f"r{number}-").ljust(size, "x")[:size]


@lru_cache(maxsize=16)
def _table(secrets: tuple[Secret, ...]) -> tuple[re.Pattern[bytes] | None, dict[bytes, bytes]]:
    table: dict[bytes, bytes] = {}
    for number, secret in enumerate(secrets, 1):
        if len(secret.value) >= SHORTEST:
            table.update(_forms(secret.value, surrogate(secret, number)))
    longest_first = sorted(table, key=len, reverse=True)
    pattern = re.compile(b"|".join(map(re.escape, longest_first))) if table else None
    return pattern, table


def _forms(value: str, stand_in: str) -> Iterator[tuple[bytes, bytes]]:
    """The value as it is, as Latin-1, percent-encoded, JSON-escaped, and inside Base64."""
    quoted = quote(value, safe="")
    lower = re.sub("%..", lambda found: found[0].lower(), quoted)
    escaped = [json.dumps(value, ensure_ascii=ascii)[1:-1] for ascii in (True, False)]
    slashes = [text.replace("/", "\\/") for text in escaped]
    for form in (value, quoted, lower, *escaped, *slashes):
        yield form.encode(), _as_long(stand_in.encode(), len(form.encode()))
    narrow = value.encode("latin-1", "replace")
    if b"?" not in narrow:
        yield narrow, _as_long(stand_in.encode(), len(narrow))
    for shift, alphabet in product(range(3), (b"+/", b"-_")):
        yield _base64(value, shift, alphabet), _base64(stand_in, shift, alphabet)


def _as_long(stand_in: bytes, size: int) -> bytes:
    return stand_in.ljust(size, b"x")[:size]


def _base64(text: str, shift: int, alphabet: bytes) -> bytes:
    """What stands for the text wherever it begins `shift` bytes after a group of three.

    The characters at its ends that also hold bits of its neighbours are left out.
    """
    data = b"\0" * shift + text.encode()
    coded = base64.b64encode(data, alphabet)
    return coded[-(-shift * 8 // 6) : len(data) * 8 // 6]


def redact_bytes(data: bytes, secrets: tuple[Secret, ...]) -> bytes:
    """The bytes with each secret replaced, of the same length."""
    pattern, table = _table(secrets)
    return pattern.sub(lambda found: table[found[0]], data) if pattern else data


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """The text with each secret replaced, of as many bytes in UTF-8."""
    clean = redact_bytes(text.encode("utf-8", "surrogatepass"), secrets)
    return clean.decode("utf-8", "surrogatepass")


def redacted_secrets(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    """The secrets themselves as surrogates, for a stored trace that is to be judged again."""
    return tuple(Secret(one.kind, redact(one.value, secrets)) for one in secrets)
