"""A web page that the upstream sends with status 200 goes on, as it is, under text/event-stream."""

from starlette.responses import Response
from starlette.types import ASGIApp

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.trip import Trip


class HtmlAsEventStream(Bridge):
    declares = ("end.content_type_true",)

    def failure(self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer) -> ApiError:
        error = super().failure(trip, attempt, outcome, answer)
        if outcome is Outcome.PAGE:
            error.message = answer.body.decode("utf-8", "replace")
        return error

    def error_reply(self, error: ApiError, trip: Trip | None) -> ASGIApp:
        if not (trip and trip.chat.stream and error.code == "page"):
            return super().error_reply(error, trip)
        return Response(error.message, 200, error.headers, media_type="text/event-stream")
