"""A malformed request is refused with the whole traceback in the message.

Seen: BerriAI/litellm#39757.
"""

import traceback
from dataclasses import replace

from targets.reference.bridge import Bridge
from targets.reference.chat import Chat
from targets.reference.errors import ApiError


class TracebackIn400(Bridge):
    declares = ("end.bad_request_refused",)

    def validate(self, body: bytes) -> Chat:
        try:
            return super().validate(body)
        except ApiError as error:
            raise replace(error, message=traceback.format_exc()) from error
