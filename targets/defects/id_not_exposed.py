"""The id is sent, but not exposed: a browser's script of another origin cannot read it.

Seen: apify/apify-mcp-server#540; modelcontextprotocol/python-sdk#1135.
"""

from fakes.services.chat import Chat


class IdNotExposed(Chat):
    declares = ("cors.actual_response_exposes_id",)

    def exposed(self) -> str:
        return ""
