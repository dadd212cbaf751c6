"""What a walk is told: addresses, endpoint map, users, and how long it waits between requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from harness.diagnose.endpoints import Login, Map
from harness.diagnose.wire import Origin
from harness.errors import UsageError

BASE = "--base-url"
PORTS = {3002: (3000, 3001)}  # chat -> auth, accounting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`delays` are the pauses before an update (seconds), `hold` how long a stream is to run and
    how long after its end an update still comes; two streams ran at once if the first one went on
    for `overlap` (seconds) after the second was answered; the limits (seconds) are how long a
    stream, a health answer and another JSON answer may be silent, and how long the user's client
    may run.
    `auth_option` and `accounting_option` name the option that the address came from. `wait`
    sleeps, `tell` hears of what takes long.
    """

    base_url: str
    auth_url: str
    accounting_url: str
    auth_option: str = "--auth-url"
    accounting_option: str = "--accounting-url"
    through: str = ""
    client: str = ""
    map: Map = field(default_factory=Map, repr=False)
    login: Login | None = None
    admin: Login | None = None
    token: str = field(default="", repr=False)
    delays: tuple[float, ...] = (0.5, 2.0)
    hold: float = 4.0
    limit: float = 60.0
    overlap: float = 0.25
    health_limit: float = 5.0
    json_limit: float = 15.0
    client_limit: float = 30.0
    wait: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda line: None

    @property
    def auth(self) -> Origin:
        return self._origin("auth", self.auth_url, self.auth_option)

    @property
    def accounting(self) -> Origin:
        return self._origin("accounting", self.accounting_url, self.accounting_option)

    def _origin(self, service: str, url: str, option: str) -> Origin:
        """With a hint where the address was only guessed from another one."""
        guessed = option == BASE and url != self.base_url
        return Origin(url, option, f"; is {service} elsewhere? --{service}-url" if guessed else "")


def located(
    base_url: str, auth_url: str = "", accounting_url: str = "", through: str | None = None
) -> Settings:
    """Addresses, checked. Auth and accounting are where the base is, if nothing else is said;
    beside a chat service on port 3002 they are on 3000 and 3001. Raises UsageError.
    """
    base = checked(base_url, BASE)
    auth, accounting = _beside(base)
    return Settings(
        base_url=base,
        auth_url=checked(auth_url, "--auth-url") if auth_url else auth,
        accounting_url=checked(accounting_url, "--accounting-url")
        if accounting_url
        else accounting,
        auth_option="--auth-url" if auth_url else BASE,
        accounting_option="--accounting-url" if accounting_url else BASE,
        through="" if through is None else checked(through, "--through"),
    )


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
