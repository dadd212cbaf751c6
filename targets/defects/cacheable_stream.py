"""Streams are marked as fit for every cache on the way."""

import httpx

from targets.reference.bridge import Bridge


class CacheableStream(Bridge):
    declares = ("headers.stream_not_cacheable",)

    def stream_headers(self, headers: httpx.Headers) -> dict[str, str]:
        return super().stream_headers(headers) | {"cache-control": "public, max-age=3600"}
