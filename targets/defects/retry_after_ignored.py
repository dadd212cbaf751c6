"""A 503 that says when to come back is tried again at once.

Seen: METR/hawk#1414.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class RetryAfterIgnored(Bridge):
    declares = ("retry.honours_retry_after",)

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        following = super().following(trip, attempt, outcome, answer)
        if following or answer.status != 503 or outcome is Outcome.CHALLENGE:
            return following
        return attempt.again() if attempt.number < self.max_attempts else None
