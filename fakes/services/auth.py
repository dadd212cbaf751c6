"""The authentication service: it knows the users and hands out tokens."""

import sqlite3
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from fakes.services import users
from fakes.services.answers import Refused, answer
from fakes.services.database import connect, transaction
from fakes.services.rate import Rate
from fakes.services.reading import read
from fakes.services.routing import Route, application, health_at
from fakes.services.settings import Settings
from fakes.services.shapes import LoggedIn, Login, Problem, User
from fakes.services.tokens import REFRESH_LIFETIME, Claims, Tokens
from fakes.services.users import Account

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, username TEXT UNIQUE NOT NULL, email TEXT NOT NULL,
    role TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
"""


class Auth:
    """Every method is a seam. issued: each token handed out since the last reset."""

    declares: tuple[str, ...] = ()
    name = "auth"

    def __init__(
        self, path: Path, settings: Settings, tokens: Tokens, now: Callable[[], float]
    ) -> None:
        self.path, self.settings, self.tokens, self.now = path, settings, tokens, now
        self.rate = Rate(settings.rate_limit, now)
        self.issued: list[str] = []
        self.app = application(self, "Authentication", ROUTES)
        self.open()

    # The life of the service

    def open(self) -> None:
        """Users that are missing are made, the others keep what they have."""
        self.database = connect(self.path, SCHEMA)
        known = {name for (name,) in self.database.execute("SELECT username FROM accounts")}
        made = [astuple(users.account(*one)) for one in users.PASSWORDS if one[0] not in known]
        with transaction(self.database):
            self.database.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)", made)

    def close(self) -> None:
        self.database.close()

    def reset(self) -> None:
        self.issued.clear()
        self.rate.forget()

    # Decisions

    def admits(self, claims: Claims) -> bool:
        return claims.type == "access"

    def exposed(self) -> str:
        """The names in Access-Control-Expose-Headers."""
        return self.settings.id_header

    def limits(self, path: str) -> bool:
        """Whether requests to this path count for the rate limit."""
        return True

    def problem(self, refused: Refused) -> Problem:
        return Problem(refused.message, refused.message, refused.code)

    def account_of(self, asked: Login) -> Account | None:
        """The account, if user name and password are right."""
        row: sqlite3.Row | None = self.database.execute(
            "SELECT * FROM accounts WHERE username = ?", (asked.username,)
        ).fetchone()
        found = Account(*row) if row else None
        return found if found and users.is_password_of(found, asked.password) else None

    def token(self, found: Account, kind: str, lifetime: float) -> str:
        """kind: access or refresh. lifetime: seconds."""
        told = {"sub": found.id, "username": found.username, "email": found.email}
        made = self.tokens.sign(told | {"role": found.role, "type": kind}, lifetime)
        self.issued.append(made)
        return made


async def login(service: Auth, request: Request) -> Response:
    asked = await read(request, Login, service.settings.max_body)
    found = service.account_of(asked)
    if not found:
        raise Refused(401, "Invalid credentials", headers={"WWW-Authenticate": "Bearer"})
    access = service.token(found, "access", service.settings.token_lifetime)
    refresh = service.token(found, "refresh", REFRESH_LIFETIME)
    user = User(found.id, found.username, found.email, found.role)
    return answer(200, LoggedIn("Login successful", access, refresh, user))


ROUTES = (
    health_at("/health"),
    health_at("/api/auth/health"),
    Route(
        "POST",
        "/api/auth/login",
        login,
        "Tokens for a user.",
        Login,
        LoggedIn,
        refuses=(401,),
        open=True,
    ),
)
