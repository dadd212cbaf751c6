"""No form of a secret stays, no length changes, and equal stays equal."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.record import Secret
from fakes.identities import SECRETS
from harness.redact import SHORTEST, redact, redact_bytes, redacted_secrets, surrogate

ODD = 'p+s/s"w\\d é?'
KEYS = (Secret("client_key", ODD), *SECRETS)


def forms(value: str) -> list[bytes]:
    """How a secret may stand on a wire or in a file."""
    percent = quote(value, safe="")
    texts = [value, percent, quote(value, safe="").replace("%2B", "%2b"), json.dumps(value)]
    texts += [json.dumps(value, ensure_ascii=False), json.dumps(value).replace("/", "\\/")]
    coded = [encode(value.encode()) for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    return [*(text.encode() for text in texts), *coded, value.encode("latin-1")]


@pytest.mark.parametrize("value", [ODD, *(one.value for one in SECRETS)])
def test_every_form_goes_and_keeps_its_length(value: str) -> None:
    for form in forms(value):
        data = b"before " + form + b" after " + form
        clean = redact_bytes(data, KEYS)
        assert len(clean) == len(data)
        assert value.encode() not in clean
        assert form[1:-1] not in clean
        assert clean.startswith(b"before ")
        assert b" after " in clean


@pytest.mark.parametrize("user", ["", "u", "us", "use"])
@pytest.mark.parametrize("rest", ["", ":x", "yz"])
def test_base64_is_seen_through_at_any_alignment(user: str, rest: str) -> None:
    """As in Basic credentials: the secret stands behind a user name."""
    secret = SECRETS[0]
    clean = redact_bytes(base64.b64encode((user + secret.value + rest).encode()), KEYS)
    read = base64.b64decode(clean)
    assert secret.value[2:-2].encode() not in read
    assert surrogate(secret, 2)[2:-2].encode() in read
    assert len(read) == len(user + secret.value + rest)


def test_one_secret_has_one_surrogate_and_two_have_two() -> None:
    texts = [redact(f"<{one.value}>", SECRETS) for one in SECRETS]
    assert texts == [redact(f"<{one.value}>", SECRETS) for one in SECRETS]
    assert len(set(texts)) == len(SECRETS)


@settings(deadline=None, max_examples=80, derandomize=True, database=None)
@example([b"abcdef", b"abcdeg"])
@given(st.lists(st.binary(min_size=SHORTEST, max_size=40), min_size=2, max_size=9, unique=True))
def test_short_secrets_of_one_length_stay_apart(made: list[bytes]) -> None:
    values = [data.hex()[: max(SHORTEST, len(data))] for data in made]
    secrets = tuple(Secret("auth_token", value) for value in dict.fromkeys(values))
    shown = [surrogate(one, number) for number, one in enumerate(secrets, 1)]
    assert [len(text) for text in shown] == [len(one.value) for one in secrets]
    assert len(set(shown)) == len(secrets)


@settings(deadline=None, max_examples=80, derandomize=True, database=None)
@given(st.text(min_size=SHORTEST, max_size=20), st.binary(max_size=20))
def test_odd_secrets_keep_every_byte_in_its_place(value: str, noise: bytes) -> None:
    secrets = (Secret("client_key", value),)
    data = noise + value.encode() + noise
    clean = redact_bytes(data, secrets)
    assert len(clean) == len(data)
    assert value.encode() not in clean
    assert redact_bytes(clean, secrets) == clean


def test_a_value_too_short_to_be_a_secret_is_left_alone() -> None:
    assert redact("abcde", (Secret("client_key", "abcde"),)) == "abcde"
    assert redact("anything", ()) == "anything"


def test_text_that_is_no_utf_8_passes() -> None:
    odd = "\ud800 \udcff \u2028 " + SECRETS[0].value
    assert redact(odd, SECRETS).startswith("\ud800 \udcff \u2028 redacted-")


def test_stored_secrets_are_what_stands_in_the_stored_trace() -> None:
    for one, stored in zip(SECRETS, redacted_secrets(SECRETS), strict=True):
        assert stored.kind == one.kind
        assert stored.value == redact(one.value, SECRETS) != one.value
        assert len(stored.value) == len(one.value)
        assert quote(stored.value).encode() in redact_bytes(quote(one.value).encode(), SECRETS)
