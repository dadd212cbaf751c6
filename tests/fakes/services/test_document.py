"""docs/session-services.md names what there is."""

import re

import pytest

from fakes.services import accounting, auth, chat_routes
from fakes.services.accounting import Accounting
from fakes.services.auth import Auth
from fakes.services.chat import Chat
from fakes.services.routing import Route
from fakes.services.users import PASSWORDS
from harness.target import CHECKOUT
from targets import defects

PAGE = (CHECKOUT / "docs" / "session-services.md").read_text(encoding="utf-8")
CELLS = set(re.findall(r"`([^`]+)`", "\n".join(re.findall(r"^\|.*$", PAGE, re.MULTILINE))))
ROUTES = (*auth.ROUTES, *accounting.ROUTES, *chat_routes.ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_call_is_in_the_table_with_what_it_asks_for(route: Route) -> None:
    assert f"{route.method} {route.path}" in CELLS


def test_every_bug_of_a_service_is_in_the_table_and_no_other() -> None:
    services = (Auth, Accounting, Chat)
    planted = {name for name in defects.names() if issubclass(defects.load(name), services)}
    rows = set(re.findall(r"^\| `([a-z_]+)` \| [A-Z]", PAGE, re.MULTILINE))
    assert len(planted) >= 15
    assert rows == planted


def test_the_users_are_told_with_their_passwords() -> None:
    assert {password for _, password, _ in PASSWORDS} <= CELLS
    assert PASSWORDS[-1][0] in CELLS
