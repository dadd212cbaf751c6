"""The raw challenge page reaches the client as the assistant's words, inside a 200 stream.

Seen: a bridge for this upstream.
"""

from collections.abc import AsyncGenerator

import httpx
from starlette.types import ASGIApp

from targets.reference.arena import Delta, Finish
from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.openai_shapes import framed
from targets.reference.replies import EventStream
from targets.reference.trip import Trip


class ChallengeHtmlRelayed(Bridge):
    declares = (
        "identity.challenge_is_not_auth_error",
        "end.error_keeps_status",
        "end.content_type_true",
    )

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = super().failure(trip, attempt, outcome, answer)
        if outcome is Outcome.CHALLENGE:
            error.message = answer.body.decode("utf-8", "replace")
        return error

    def error_reply(self, error: ApiError, trip: Trip | None) -> ASGIApp:
        if not (trip and trip.chat.stream and error.type == "upstream_challenge"):
            return super().error_reply(error, trip)
        return EventStream(
            self.stream_headers(httpx.Headers(error.headers)), page_as_content(trip, error.message)
        )


async def page_as_content(trip: Trip, page: str) -> AsyncGenerator[bytes, None]:
    yield framed(trip.reply, Delta({"content": page}, page), None)
    yield framed(trip.reply, Finish("stop"), None)
