"""Streams go upstream with the library's User-Agent and Accept: the bug that started this project.

Seen: docs/streaming-403.md; NousResearch/hermes-agent#24293; BerriAI/litellm#19017.
"""

from targets.reference.bridge import Bridge, Mode


class Seed403(Bridge):
    declares = ("identity.user_agent", "identity.accept")

    def identity_headers(self, mode: Mode) -> dict[str, str]:
        headers = super().identity_headers(mode)
        if mode == "stream":
            del headers["User-Agent"], headers["Accept"]
        return headers
