"""Terminal and error events end in the characters backslash and n, where line ends should be.

A client that reads events by the rules never sees them: the stream seems to break off.
Seen: in a real service of this kind; docs/session-services.md.
"""

from fakes.services.chat import Chat


class TerminalWithLiteralNewlines(Chat):
    declares = ("session.correct_id_accepted",)

    def closing(self, name: str, data: object) -> bytes:
        return super().closing(name, data).replace(b"\n", b"\\n")
