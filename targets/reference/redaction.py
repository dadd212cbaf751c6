"""No secret in an error or in a log line, not even one that the upstream echoed."""

import logging
import sys
from collections.abc import Iterable

MASK = "[redacted]"
REMEMBERED = 256


class Redactor:
    """Knows the configured secrets and the latest captcha tokens."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.configured = tuple(sorted(filter(None, secrets), key=len, reverse=True))
        self.learned: dict[str, None] = {}

    def learn(self, secret: str) -> None:
        """Remember a secret that came at run time; the oldest of many is forgotten."""
        self.learned[secret] = None
        if len(self.learned) > REMEMBERED:
            del self.learned[next(iter(self.learned))]

    def __call__(self, text: str) -> str:
        for secret in (*self.configured, *self.learned):
            text = text.replace(secret, MASK)
        return text


def log_to_stderr(redact: Redactor) -> None:
    """One redacted line an event, never a traceback (it quotes values)."""

    def one_line(record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        text = record.getMessage().strip() + (f": {kind.__name__}" if kind else "")
        record.msg, record.args = redact(text).replace("\n", " "), ()
        record.exc_info = record.exc_text = None
        return True

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(one_line)
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler], format="%(levelname)s %(message)s"
    )
    logging.getLogger("reference").setLevel(logging.INFO)
