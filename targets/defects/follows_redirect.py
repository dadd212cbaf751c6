"""The gateway follows a redirect to another origin and takes the credential along.

Seen: apify/crawlee#4134; alpha-omega-security/scrutineer#670.
"""

import httpx

from targets.reference.fields import without
from targets.reference.gateway import Gateway


class FollowsRedirect(Gateway):
    declares = ("secrets.not_across_redirect",)

    async def fetch(self, request: httpx.Request) -> httpx.Response:
        response = await super().fetch(request)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        elsewhere = self.origin.join(response.headers["location"])
        headers = [(b"Host", elsewhere.netloc), *without(request.headers.raw, b"host")]
        again = httpx.Request(request.method, elsewhere, headers=headers, stream=request.stream)
        return await super().fetch(again)
