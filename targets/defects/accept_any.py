"""Streams ask for */*: whoever judges by Accept does not see that a stream is wanted.

Seen: aws/agentcore-cli#1051; kapitan-ai/orchard#257.
"""

from targets.reference.bridge import Bridge, Mode


class AcceptAny(Bridge):
    declares = ("identity.accept",)

    def identity_headers(self, mode: Mode) -> dict[str, str]:
        return super().identity_headers(mode) | {"Accept": "*/*"}
