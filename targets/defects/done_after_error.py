"""A stream that fails says so, and then says that it is done: clients take the torso for whole.

Seen: langchain4j/langchain4j#6144 (an error, and then the callback of a success).
"""

from fakes.services.chat import Chat


class DoneAfterError(Chat):
    declares = ("session.correct_id_accepted",)

    def failure(self, message: str, code: str) -> bytes:
        return super().failure(message, code) + self.terminal(0)
