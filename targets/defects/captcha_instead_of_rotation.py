"""A 403 refreshes the captcha token and tries the same credential again, never the next.

Seen: the state before the fix of docs/streaming-403.md; openclaw/openclaw#97314.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class CaptchaInsteadOfRotation(Bridge):
    declares = ("retry.rotates_credential",)

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        if outcome is Outcome.CREDENTIAL and answer.status == 403:
            return attempt.again() if attempt.number < self.max_attempts else None
        return super().following(trip, attempt, outcome, answer)
