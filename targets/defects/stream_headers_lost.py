"""Request id and rate limits come with plain answers and not with streams.

Seen: headroomlabs-ai/headroom#1100; BerriAI/litellm#35089.
"""

import httpx

from targets.reference.bridge import Bridge


class StreamHeadersLost(Bridge):
    declares = ("headers.response_forwarded",)

    def stream_headers(self, headers: httpx.Headers) -> dict[str, str]:
        return super().stream_headers(httpx.Headers())
