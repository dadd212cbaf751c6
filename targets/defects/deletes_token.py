"""One 401 removes the credential for good; after the last one nothing works any more.

Seen: a bridge for this upstream.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class DeletesToken(Bridge):
    declares = ("retry.rotates_credential",)

    def first_attempt(self) -> Attempt:
        if not self.wallet.credentials:
            raise ApiError(503, "No credential is configured.", "server_error", "no_credential")
        return super().first_attempt()

    def learn(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> None:
        super().learn(trip, attempt, outcome, answer)
        if answer.status == 401 and attempt.credential in self.wallet.credentials:
            self.wallet.credentials.remove(attempt.credential)
