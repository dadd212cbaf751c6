"""The gateway decodes the body and keeps the Content-Encoding that no longer fits.

Seen: open-webui/open-webui#23928; TencentCloud/CubeSandbox#1139.
"""

from collections.abc import AsyncIterator

import httpx

from targets.reference.fields import Pairs, value_of, without
from targets.reference.gateway import Gateway, Inbound


class StaleContentEncoding(Gateway):
    declares = ("headers.content_encoding_true",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        coded = value_of(headers, b"content-encoding")
        return without(headers, b"content-length") if coded else headers

    def body(self, response: httpx.Response) -> AsyncIterator[bytes]:
        return response.aiter_bytes()
