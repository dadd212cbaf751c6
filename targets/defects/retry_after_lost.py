"""An upstream 429 arrives without its Retry-After, and every SDK falls back to its own guess.

Seen: BerriAI/litellm#21553; api7/aisix#144; METR/hawk#1414.
"""

import httpx

from targets.reference.bridge import Bridge


class RetryAfterLost(Bridge):
    declares = ("headers.retry_after_forwarded",)

    def forwarded_headers(self, headers: httpx.Headers) -> dict[str, str]:
        kept = super().forwarded_headers(headers)
        kept.pop("retry-after", None)
        return kept
