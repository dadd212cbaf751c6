"""A plain request that the upstream refuses gets the error with HTTP status 200.

Seen: MiXaiLL76/auto_ai_router#149; QuantumNous/new-api#3142.
"""

from starlette.types import ASGIApp

from targets.reference.bridge import Bridge
from targets.reference.errors import ApiError
from targets.reference.replies import json_reply
from targets.reference.trip import Trip


class ErrorsAs200(Bridge):
    declares = ("end.error_keeps_status",)

    def error_reply(self, error: ApiError, trip: Trip | None) -> ASGIApp:
        if trip and not trip.chat.stream and error.code == "upstream_status":
            return json_reply(200, self.envelope(error), error.headers)
        return super().error_reply(error, trip)
