"""Who may ask, and how often: Bearer keys and requests per minute for each of them."""

import hmac
import math
import time
from collections import defaultdict, deque
from collections.abc import Sequence

from targets.reference.errors import ApiError

WINDOW = 60.0


def refused() -> ApiError:
    message = "A valid API key is needed, as 'Authorization: Bearer …'."
    return ApiError(
        401,
        message,
        "authentication_error",
        "invalid_api_key",
        headers={"www-authenticate": "Bearer"},
    )


def bearer(fields: Sequence[str]) -> str:
    """The key in the Authorization fields; raises ApiError unless there is exactly one."""
    scheme, _, key = fields[0].strip().partition(" ") if len(fields) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not key.strip():
        raise refused()
    return key.strip()


def is_known(key: str, keys: Sequence[str]) -> bool:
    """Compares with every key, in constant time."""
    matches = [hmac.compare_digest(key.encode(), one.encode()) for one in keys]
    return any(matches)


class Rate:
    """A sliding window for each key."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self.seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, key: str) -> None:
        """Raises ApiError 429 with Retry-After when the key has used up its minute."""
        now, seen = time.monotonic(), self.seen[key]
        while seen and seen[0] <= now - WINDOW:
            seen.popleft()
        if len(seen) >= self.a_minute:
            wait = str(math.ceil(seen[0] + WINDOW - now)) if seen else "60"
            message = "Too many requests with this API key."
            raise ApiError(
                429, message, "rate_limit_error", "rate_limited", headers={"retry-after": wait}
            )
        seen.append(now)
