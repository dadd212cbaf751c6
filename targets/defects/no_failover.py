"""A stream gives up at the first refused credential, though others are left.

The next request starts with the next credential, and plain requests do fail over.

Seen: CherryHQ/cherry-studio-app#1066; maximhq/bifrost#2917.
"""

from targets.reference.attempts import Answer, Attempt, Outcome
from targets.reference.bridge import Bridge
from targets.reference.trip import Trip


class NoFailover(Bridge):
    declares = ("retry.failover_before_content",)

    def following(
        self, trip: Trip, attempt: Attempt, outcome: Outcome, answer: Answer
    ) -> Attempt | None:
        if trip.chat.stream and outcome is Outcome.CREDENTIAL:
            return None
        return super().following(trip, attempt, outcome, answer)
