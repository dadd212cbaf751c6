"""Addresses, the endpoint map and the users are checked, and refused in one readable line."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from harness.diagnose.endpoints import Map, dig, load_map, login_of, secret_of
from harness.diagnose.settings import located
from harness.errors import UsageError
from harness.target import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "streaming-session-id.md"


def test_beside_port_3002_the_others_have_ports_of_their_own() -> None:
    found = located("http://localhost:3002/")
    assert found.base_url == "http://localhost:3002"
    assert (found.auth_url, found.accounting_url) == (
        "http://localhost:3000",
        "http://localhost:3001",
    )
    assert located("http://[::1]:3002").auth_url == "http://[::1]:3000"


def test_behind_one_origin_all_have_its_address() -> None:
    found = located("https://chat.invalid/v1", accounting_url="http://127.0.0.1:9")
    assert found.auth_url == "https://chat.invalid/v1"
    assert found.accounting_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "url", ["", "localhost:3002", "ftp://x", "http://", "http://x:0", "http://[x"]
)
def test_what_is_no_address_is_refused_by_option(url: str) -> None:
    with pytest.raises(UsageError, match=r"^--through .*an address such as http://"):
        located("http://127.0.0.1:3002", through=url or " ")


def test_a_password_in_an_address_does_not_show() -> None:
    with pytest.raises(UsageError, match="--login") as refused:
        located("http://me:hunter22@127.0.0.1:3002")
    assert "hunter22" not in str(refused.value)


def test_the_documents_map_is_valid_and_has_every_key() -> None:
    code = DOCUMENT.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    told = tomllib.loads(code)
    given = msgspec.convert(told, Map)
    assert set(told) == set(Map.__struct_fields__)
    for name in ("paths", "members", "events"):
        assert getattr(given, name) == getattr(Map(), name)
        assert set(told[name]) == set(getattr(Map(), name).__struct_fields__)
    for name in ("id_header", "credits", "cors", "origin", "model", "message", "long_message"):
        assert getattr(given, name) == getattr(Map(), name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id_heder = 'X'", "unknown field `id_heder`"),
        ("id_format = '('", "id_format is no regular expression"),
        ("credits = 'many'", "Expected `int`"),
        ("= 3", "Invalid"),
    ],
)
def test_a_bad_map_is_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=f"^--map .*{told}"):
        load_map(path)


def test_a_missing_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^--map .*No such file"):
        load_map(tmp_path / "none.toml")


def test_a_login_has_two_parts_and_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHO", "me:hunter:22")
    found = login_of("env:WHO", "--login")
    assert (found.user, found.password) == ("me", "hunter:22")
    assert "hunter" not in repr(found)
    with pytest.raises(UsageError) as refused:
        login_of("hunter22", "--login")
    assert str(refused.value) == "--login: USER:PASSWORD is needed"


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHO", raising=False)
    with pytest.raises(UsageError, match="--token comes from the environment: set WHO"):
        secret_of("env:WHO", "--token")


def test_a_dotted_path_leads_into_objects() -> None:
    assert dig({"user": {"id": 7}}, "user.id") == 7
    assert dig({"user": [7]}, "user.id") is None
    assert dig("text", "user") is None
