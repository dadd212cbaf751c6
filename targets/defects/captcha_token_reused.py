"""A retry sends the captcha token of the attempt before, which is spent."""

from targets.reference.attempts import Attempt
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class CaptchaTokenReused(Bridge):
    declares = ("identity.captcha_token_optional", "retry.rotates_credential")

    async def captcha_token(self, trip: Trip, attempt: Attempt) -> str | None:
        return attempt.token or await super().captcha_token(trip, attempt)
