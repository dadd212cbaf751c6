"""Streams go upstream with the library's own User-Agent and Accept: the bug that the seed tells of.

Seen: the state before the fix; NousResearch/hermes-agent#24293; BerriAI/litellm#19017.
"""

from targets.reference.bridge import Bridge, Mode


class Seed403(Bridge):
    declares = ("identity.user_agent", "identity.accept")

    def identity_headers(self, mode: Mode) -> dict[str, str]:
        headers = super().identity_headers(mode)
        if mode == "stream":
            del headers["User-Agent"], headers["Accept"]
        return headers
