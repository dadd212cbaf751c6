"""Access, refresh and service tokens: JWT signed with HS256 and one key for the whole system.

Time is the services' own clock, so that tokens expire when a trial says so.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import msgspec
from starlette.requests import Request

from fakes.services.answers import unauthorised

REFRESH_LIFETIME = 7 * 24 * 3600.0  # seconds


class Claims(msgspec.Struct, frozen=True):
    """sub: the user's id. type: access, refresh or service."""

    sub: str
    type: str
    exp: float
    role: str = ""


class Tokens:
    """Signs and reads. now: seconds since the epoch."""

    def __init__(self, key: bytes, now: Callable[[], float]) -> None:
        self.key, self.now = key, now

    def sign(self, claims: Mapping[str, str], lifetime: float) -> str:
        """lifetime: seconds. Two tokens are never the same, also if signed in one second."""
        now = self.now()
        timed = {"iat": int(now), "exp": int(now + lifetime), "jti": secrets.token_hex(8)}
        return jwt.encode({**claims, **timed}, self.key, "HS256")

    def read(self, token: str) -> Claims:
        """Raises Refused 401 for a forged, unsigned, damaged or expired one."""
        try:
            found = msgspec.convert(self._signed(token), Claims)
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise unauthorised("The token is not valid.") from error
        if self.now() >= found.exp:
            raise unauthorised("The token has expired.")
        return found

    def _signed(self, token: str) -> dict[str, Any]:
        options: Any = {"verify_exp": False, "verify_iat": False}
        return jwt.decode(token, self.key, ["HS256"], options)


def bearer(request: Request) -> str:
    """The token in Authorization. Raises Refused 401 unless there is exactly one."""
    fields = request.headers.getlist("authorization")
    scheme, _, token = fields[0].strip().partition(" ") if len(fields) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorised("A token is needed, as 'Authorization: Bearer …'.")
    return token.strip()


def signing_key(folder: Path) -> bytes:
    """The key that is kept there, readable by its owner only; a new random one at first."""
    path = folder / "signing-key"
    if not path.exists():
        fresh = folder / "signing-key.new"
        fresh.touch(0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        fresh.replace(path)
    return path.read_bytes()
