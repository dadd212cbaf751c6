"""A challenge page burns one credential after the other, though none of them was judged.

The next client request starts with another credential than the one that was challenged.

Seen: theopenco/llmgateway#2470.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class RotatesOnChallenge(Bridge):
    declares = ("retry.rotates_credential",)

    def learn(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> None:
        super().learn(trip, attempt, outcome, answer)
        if outcome is Outcome.CHALLENGE:
            self.wallet.refused(attempt.credential)

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        burnt = Outcome.CREDENTIAL if outcome is Outcome.CHALLENGE else outcome
        return super().following(trip, attempt, burnt, answer)
