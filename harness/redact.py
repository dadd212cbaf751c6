"""The one function through which every artefact passes at the moment of writing.

A secret becomes a surrogate of the same length, one a secret and run, so that lengths and equality
stay judgeable and a stored trace gives the verdicts of the live one.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from contracts.record import Secret

SHORTEST = 6  # characters; shorter values would redact ordinary words


def surrogate(secret: Secret, number: int) -> str:
    """As long as the secret's UTF-8, in characters that need no escape, another for each number."""
    size = len(secret.value.encode())
    label = f"redacted-{secret.kind}-{number}-"
    return (label if len(label) <= size else f"r{number}-").ljust(size, "x")[:size]


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write a secret; its `anchor` is in every such writing, so it is looked for first."""

    anchor: bytes
    pattern: bytes
    stand_in: bytes


@lru_cache(maxsize=16)
def _forms(secrets: tuple[Secret, ...]) -> tuple[_Form, ...]:
    """All forms of all secrets, the longest first."""
    found = [
        form
        for number, secret in enumerate(secrets, 1)
        if len(secret.value) >= SHORTEST
        for form in _forms_of(secret.value, surrogate(secret, number))
    ]
    return tuple(sorted(found, key=lambda form: len(form.stand_in), reverse=True))


def _forms_of(value: str, stand_in: str) -> Iterator[_Form]:
    """The value as it is or escaped, and inside Base64."""
    anchor = max(re.findall("[0-9A-Za-z]*", value), key=len)
    yield _Form(anchor.encode(), b"".join(map(_character, value)), stand_in.encode())
    for shift, alphabet in product(range(3), (b"+/", b"-_")):
        coded = _base64(value, shift, alphabet)
        yield _Form(coded, re.escape(coded), _base64(stand_in, shift, alphabet))


@lru_cache(maxsize=64)
def _pattern(forms: tuple[_Form, ...]) -> re.Pattern[bytes]:
    """One group for each form."""
    return re.compile(b"|".join(b"(%s)" % form.pattern for form in forms))


def _character(one: str) -> bytes:
    """As UTF-8 or Latin-1, percent-encoded or JSON-escaped, with hex digits of either case."""
    data, escaped = one.encode("utf-8", "surrogatepass"), json.dumps(one)[1:-1].encode()
    written = [data, escaped, *([b"\\/"] if one == "/" else [])]
    written += [one.encode("latin-1")] if one < "\u0100" else []
    percent = b"(?i:%s)" % b"".join(b"%%%02x" % byte for byte in data)
    unicode = b"(?i:%s)" % re.escape(escaped) if escaped.startswith(b"\\u") else b""
    if one.isascii() and one.isalnum():
        return re.escape(data)
    ways = [*map(re.escape, dict.fromkeys(written)), percent, unicode]
    return b"(?:%s)" % b"|".join(filter(None, ways))


def _base64(text: str, shift: int, alphabet: bytes) -> bytes:
    """What stands for the text wherever it begins `shift` bytes after a group of three.

    The characters at its ends that also hold bits of its neighbours are left out.
    """
    data = b"\0" * shift + text.encode()
    coded = base64.b64encode(data, alphabet)
    return coded[-(-shift * 8 // 6) : len(data) * 8 // 6]


def redact_bytes(data: bytes, secrets: tuple[Secret, ...]) -> bytes:
    """The bytes with each secret replaced, of the same length."""
    forms = tuple(form for form in _forms(secrets) if form.anchor in data)

    def stand_in(found: re.Match[bytes]) -> bytes:
        size = len(found[0])
        return forms[(found.lastindex or 1) - 1].stand_in.ljust(size, b"x")[:size]

    return _pattern(forms).sub(stand_in, data) if forms else data


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """The text with each secret replaced, of as many bytes in UTF-8."""
    clean = redact_bytes(text.encode("utf-8", "surrogatepass"), secrets)
    return clean.decode("utf-8", "surrogatepass")


def redacted_secrets(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    """The secrets themselves as surrogates, for a stored trace that is to be judged again."""
    return tuple(Secret(one.kind, redact(one.value, secrets)) for one in secrets)
