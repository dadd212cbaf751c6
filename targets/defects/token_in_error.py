"""The error names the credential that the upstream refused, by its value.

Seen: BerriAI/litellm#18731; graniet/llm#115.
"""

from dataclasses import replace

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class TokenInError(Bridge):
    declares = ("secrets.not_in_errors",)

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = super().failure(trip, attempt, outcome, answer)
        return replace(error, message=f"{error.message} (token {attempt.credential})")

    def redact(self, text: str) -> str:
        return text
