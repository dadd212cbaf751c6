"""One client request becomes five upstream requests, going round the same credentials again.

Seen: mpfaffenberger/code_puppy#317; headroomlabs-ai/headroom#1329.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class FiveAttempts(Bridge):
    declares = ("retry.bounded",)

    max_attempts = 5

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        following = super().following(trip, attempt, outcome, answer)
        tired = attempt.number >= self.max_attempts or "retry-after" in answer.headers
        if following or tired or outcome not in (Outcome.CREDENTIAL, Outcome.CAPTCHA):
            return following
        return attempt.again(self.wallet.after(attempt.credential))
