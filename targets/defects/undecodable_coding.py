"""The bridge offers brotli and reads what comes as if it were plain.

Seen: SillyTavern/SillyTavern#6007; Wei-Shaw/claude-relay-service#1030.
"""

from collections.abc import AsyncIterator

import httpx

from targets.reference.bridge import Bridge, Mode


class UndecodableCoding(Bridge):
    declares = ("headers.content_encoding_true",)

    def identity_headers(self, mode: Mode) -> dict[str, str]:
        return super().identity_headers(mode) | {"Accept-Encoding": "br"}

    def upstream_bytes(self, response: httpx.Response) -> AsyncIterator[bytes]:
        return response.aiter_raw()
