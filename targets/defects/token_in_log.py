"""Each attempt logs the credential that it uses.

Seen: BerriAI/litellm#6963.
"""

import sys

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class TokenInLog(Bridge):
    declares = ("secrets.not_in_errors",)

    def learn(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> None:
        print(
            f"attempt {attempt.number} with token {attempt.credential}", file=sys.stderr, flush=True
        )
        super().learn(trip, attempt, outcome, answer)
