"""The last event is called `complete`, where clients wait for `done`.

Seen: in a real service of this kind; docs/session-services.md.
"""

from fakes.services.chat import Chat


class CompleteInsteadOfDone(Chat):
    declares = ("session.correct_id_accepted",)

    def terminal(self, tokens: int) -> bytes:
        return self.closing("complete", {"tokensUsed": tokens})
