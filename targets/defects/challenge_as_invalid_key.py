"""A challenge page is told to the user as a rejected API key.

Seen: NousResearch/hermes-agent#53099.
"""

from dataclasses import replace

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class ChallengeAsInvalidKey(Bridge):
    declares = ("identity.challenge_is_not_auth_error", "retry.exhausted_reports_upstream")

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = super().failure(trip, attempt, outcome, answer)
        if outcome is not Outcome.CHALLENGE:
            return error
        told = "The API key was rejected (status 403)."
        return replace(
            error, status=401, message=told, type="authentication_error", code="invalid_api_key"
        )
