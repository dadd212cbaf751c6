"""Requests a minute and client: a window that begins with the client's first request."""

import math
from collections.abc import Callable

from fakes.services.answers import Refused

WINDOW = 60.0  # seconds


class Rate:
    """a_minute: 0 for no limit. now: seconds since the epoch."""

    def __init__(self, a_minute: int, now: Callable[[], float]) -> None:
        self.a_minute, self.now = a_minute, now
        self._windows: dict[str, tuple[float, int]] = {}

    def admit(self, client: str) -> dict[str, str]:
        """The fields that tell the client where it stands. Raises Refused 429."""
        if not self.a_minute:
            return {}
        now = self.now()
        begun, used = self._windows.get(client, (now, 0))
        if now - begun >= WINDOW:
            begun, used = now, 0
        self._windows[client] = (begun, used + 1)
        fields = self._fields(begun, max(0, self.a_minute - used - 1))
        if used >= self.a_minute:
            wait = {"Retry-After": str(max(1, math.ceil(begun + WINDOW - now)))}
            raise Refused(429, "Too many requests.", "RATE_LIMITED", fields | wait)
        return fields

    def forget(self) -> None:
        self._windows.clear()

    def _fields(self, begun: float, remaining: int) -> dict[str, str]:
        """X-RateLimit-Reset is in seconds since the epoch."""
        return {
            "X-RateLimit-Limit": str(self.a_minute),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(math.ceil(begun + WINDOW)),
        }
