"""What a walk is told: addresses, endpoint map, users, and how long it waits between requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from harness.diagnose.endpoints import Login, Map
from harness.errors import UsageError

PORTS = {3002: (3000, 3001)}  # chat -> auth, accounting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`delays` are the pauses before an update (seconds), `hold` how long a stream is to run and
    how long after its end an update still comes; `limit` is how long an answer may be silent,
    `client_limit` how long the user's client may run. `wait` sleeps.
    """

    base_url: str
    auth_url: str
    accounting_url: str
    through: str = ""
    client: str = ""
    map: Map = field(default_factory=Map, repr=False)
    login: Login | None = None
    admin: Login | None = None
    token: str = field(default="", repr=False)
    delays: tuple[float, ...] = (0.5, 2.0)
    hold: float = 4.0
    limit: float = 60.0
    client_limit: float = 120.0
    wait: Callable[[float], None] = time.sleep


def located(
    base_url: str, auth_url: str = "", accounting_url: str = "", through: str = ""
) -> Settings:
    """Addresses, checked. Auth and accounting are where the base is, if nothing else is said;
    beside a chat service on port 3002 they are on 3000 and 3001. Raises UsageError.
    """
    base = checked(base_url, "--base-url")
    auth, accounting = _beside(base)
    made = Settings(base_url=base, auth_url=auth, accounting_url=accounting)
    if auth_url:
        made = replace(made, auth_url=checked(auth_url, "--auth-url"))
    if accounting_url:
        made = replace(made, accounting_url=checked(accounting_url, "--accounting-url"))
    return replace(made, through=checked(through, "--through") if through else "")


def checked(url: str, option: str) -> str:
    """The URL without a slash at its end."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if "@" in url:
        raise UsageError(f"{option}: an address without a user in it is needed; see --login")
    if not good:
        raise UsageError(f"{option} {url}: an address such as http://127.0.0.1:3002 is needed")
    return url.rstrip("/")


def _beside(base: str) -> tuple[str, str]:
    parts = urlsplit(base)
    if parts.port not in PORTS:
        return base, base
    auth, accounting = PORTS[parts.port]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return (
        urlunsplit(parts._replace(netloc=f"{host}:{auth}")),
        urlunsplit(parts._replace(netloc=f"{host}:{accounting}")),
    )
