"""A refresh token opens what only an access token should: it lives for days instead of minutes.

Seen: in a real service of this kind; docs/session-services.md.
"""

from fakes.services.chat import Chat
from fakes.services.tokens import Claims


class RefreshTokenAdmitted(Chat):
    declares = ("session.owner_only",)

    def admits(self, claims: Claims) -> bool:
        return claims.type in ("access", "refresh")
