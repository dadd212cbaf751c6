"""The gateway sends its own Access-Control-Allow-Origin beside the upstream's: "*, *" matches none.

Seen: mostlygeek/llama-swap#1133; tmustier/pi-for-excel#555.
"""

import httpx

from targets.reference.fields import Pairs, value_of
from targets.reference.gateway import Inbound
from targets.reference.session_gateway import SessionGateway


class CorsDoubled(SessionGateway):
    declares = ("cors.single_origin",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        asked = value_of(inbound.headers, b"origin")
        return [*headers, (b"Access-Control-Allow-Origin", b"*")] if asked else headers
