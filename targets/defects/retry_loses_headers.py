"""The retry builds its headers anew and forgets Content-Type.

Seen: a clean-up of the retry path in a bridge for this upstream.
"""

from targets.reference.attempts import Attempt
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class RetryLosesHeaders(Bridge):
    declares = ("identity.retry_parity",)

    def attempt_headers(self, trip: Trip, attempt: Attempt) -> list[tuple[str, str]]:
        headers = super().attempt_headers(trip, attempt)
        return headers if attempt.number == 1 else [h for h in headers if h[0] != "Content-Type"]
