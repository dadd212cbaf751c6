"""A retry carries the ids of the attempt before, and the upstream refuses them as used.

Seen: a bridge for this upstream.
"""

from targets.reference.attempts import Ids
from targets.reference.bridge import Bridge


class ReusedMessageIds(Bridge):
    declares = ("retry.fresh_ids",)

    def message_ids(self, previous: Ids | None) -> Ids:
        return previous or super().message_ids(previous)
