"""Whatever answers a streaming request is labelled text/event-stream, error pages included.

Seen: shuv1337/oc-web#143; smithy-lang/smithy-java#1244.
"""

import httpx

from targets.reference.fields import Pairs, without
from targets.reference.gateway import Gateway, Inbound


class RelabelsHtml(Gateway):
    declares = ("end.content_type_true",)

    def response_headers(self, inbound: Inbound, response: httpx.Response) -> Pairs:
        headers = super().response_headers(inbound, response)
        if not inbound.wants_stream:
            return headers
        return [(b"Content-Type", b"text/event-stream"), *without(headers, b"content-type")]
