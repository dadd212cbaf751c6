"""Clearance and credential go up in two Cookie fields, of which many servers read only one."""

from targets.reference.bridge import Bridge
from targets.reference.config import Identity


class CookiesSplit(Bridge):
    declares = ("identity.cookies",)

    def cookies(self, identity: Identity, credential: str) -> list[str]:
        return super().cookies(identity, credential)[0].split("; ")
