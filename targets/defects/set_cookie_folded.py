"""Several Set-Cookie fields are joined with commas into one, and browsers keep one cookie.

Seen: stoplightio/prism#2676; mitmproxy/mitmproxy#7423.
"""

import httpx

from targets.reference.fields import Pairs, value_of, without
from targets.reference.gateway import Gateway, Inbound


class SetCookieFolded(Gateway):
    declares = ("headers.repeated_fields_separate",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        folded = value_of(headers, b"set-cookie")
        return without(headers, b"set-cookie") + ([(b"Set-Cookie", folded)] if folded else [])
