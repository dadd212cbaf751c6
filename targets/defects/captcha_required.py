"""Without a captcha token the request never goes upstream, although the upstream asks for none.

Seen: the first suspicion of docs/streaming-403.md, turned into code.
"""

from targets.reference.attempts import Attempt
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class CaptchaRequired(Bridge):
    declares = ("identity.captcha_token_optional",)

    async def captcha_token(self, trip: Trip, attempt: Attempt) -> str | None:
        token = await super().captcha_token(trip, attempt)
        if token is None:
            raise ApiError(500, "No captcha token could be had.", "server_error", "captcha_missing")
        return token
