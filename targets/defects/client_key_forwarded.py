"""The client's own Bearer key is handed on to the upstream.

Seen: BerriAI/litellm#38114; NVIDIA-NeMo/Switchyard#410.
"""

from collections.abc import Mapping

from targets.reference.bridge import Bridge


class ClientKeyForwarded(Bridge):
    declares = ("secrets.client_credential_stops",)

    def passed_on(self, client: Mapping[str, str]) -> dict[str, str]:
        return super().passed_on(client) | {"Authorization": client["authorization"]}
