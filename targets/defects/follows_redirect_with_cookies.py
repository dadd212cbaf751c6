"""A redirect to another origin is followed with every header, cookies included.

Seen: openai/openai-python#3516; rmusser01/tldw_chatbook#1925.
"""

import httpx

from targets.reference.bridge import Bridge


class FollowsRedirectWithCookies(Bridge):
    declares = ("secrets.not_across_redirect",)

    async def send(self, request: httpx.Request) -> httpx.Response:
        response = await super().send(request)
        if "location" not in response.headers:
            return response
        await response.aclose()
        elsewhere = request.url.join(response.headers["location"])
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        again = self.client.build_request(
            "POST", elsewhere, headers=headers, content=request.content
        )
        return await super().send(again)
