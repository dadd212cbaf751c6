"""The clearance cookie of one identity travels with the User-Agent of another.

It shows only where two identities are configured.
"""

from targets.reference.bridge import Bridge
from targets.reference.config import Identity


class ClearanceMismatch(Bridge):
    declares = ("identity.cookies",)

    def cookies(self, identity: Identity, credential: str) -> list[str]:
        other = next((one for one in self.wallet.identities if one != identity), identity)
        return super().cookies(other, credential)
