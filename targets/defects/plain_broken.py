"""After a refactoring every plain call fails with a 500, while streams work.

Seen: a bridge for this upstream.
"""

from targets.reference.arena import Delta, Finish
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class PlainBroken(Bridge):
    declares = ("end.stream_flag_respected",)

    def completion(self, trip: Trip, parts: list[Delta], finish: Finish) -> dict[str, object]:
        raise NameError("name 'response_text' is not defined")
