"""A client that accepts only application/json is refused with 406, and the upstream never asked.

Seen: tadata-org/fastapi_mcp#266; kapitan-ai/orchard#257.
"""

from targets.reference.errors import ApiError
from targets.reference.fields import value_of
from targets.reference.gateway import Gateway, Inbound


class RefusesAccept(Gateway):
    declares = ("identity.accept",)

    def admit(self, inbound: Inbound) -> None:
        accept = value_of(inbound.headers, b"accept")
        if accept and b"*/*" not in accept and b"text/event-stream" not in accept:
            raise ApiError(406, "The client must accept text/event-stream.", "not_acceptable")
