"""A message whose content is null is answered with a 500 and the text of an exception.

Seen: a bridge for this upstream.
"""

from targets.reference.bridge import Bridge
from targets.reference.chat import Chat
from targets.reference.errors import ApiError


class NullContent500(Bridge):
    declares = ("end.bad_request_refused",)

    def validate(self, body: bytes) -> Chat:
        try:
            return super().validate(body)
        except ApiError as error:
            if b"null" not in body or not (error.param or "").endswith(".content"):
                raise
            told = "TypeError: object of type 'NoneType' has no len()"
            raise ApiError(500, told, "internal_error") from error
