"""When every credential is refused the client reads "503 Max retries exceeded", not the cause.

Seen: BerriAI/litellm#36267; webserver-llc/angie#169.
"""

from dataclasses import replace

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class MaxRetries503(Bridge):
    declares = ("retry.exhausted_reports_upstream",)

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = super().failure(trip, attempt, outcome, answer)
        if outcome not in (Outcome.CREDENTIAL, Outcome.CAPTCHA):
            return error
        return replace(error, status=503, message="Max retries exceeded.", code="max_retries")
