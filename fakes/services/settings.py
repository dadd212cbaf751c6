"""What can be chosen about the session services."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set for all three services.

    id_lifetime: seconds that a streaming session id is good for after its stream's end.
    token_lifetime: seconds that an access token is good for.
    rate_limit: requests a minute that one client may make of one service; 0: no limit.
    terminal_event: the name of the last event of a stream.
    id_header: the field that carries the id, in answers and in requests.
    max_body: bytes; a larger body is refused with 413.
    """

    id_lifetime: float = 1800
    token_lifetime: float = 900
    rate_limit: int = 0
    terminal_event: str = "done"
    id_header: str = "X-Streaming-Session-Id"
    max_body: int = 1_048_576
