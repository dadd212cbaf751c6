"""What the reference target is told: one TOML file, checked before anything listens."""

from pathlib import Path

import msgspec


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clearance cookie and the User-Agent it was issued for: worthless without each other."""

    clearance: str
    user_agent: str


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """upstream, upstream_2: origins. Times in seconds, sizes in bytes. captcha_path "": no token
    provider. upstream_2 "": one instance; only dialect session knows a second.
    """

    upstream: str
    upstream_2: str = ""
    auth_tokens: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()
    api_keys: tuple[str, ...] = ()
    models: tuple[str, ...] = ("fake",)
    captcha_path: str = ""
    requests_per_minute: int = 6000
    keepalive: float = 10.0
    max_body: int = 1_048_576
    captcha_timeout: float = 0.5
    upstream_timeout: float = 30.0
    drain: int = 5

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that no error and no log line may show."""
        return (*self.auth_tokens, *self.api_keys, *(one.clearance for one in self.identities))


def load(path: Path) -> Config:
    """Raises msgspec.ValidationError with the offending key, or OSError."""
    return msgspec.toml.decode(path.read_bytes(), type=Config)
