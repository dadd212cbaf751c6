"""What the model behind the chat service says: an async generator of texts, one a chunk."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable

Speak = Callable[[str, str], AsyncGenerator[str, None]]
"""(message, model id) -> the texts of the chunks."""


class ModelFailed(Exception):  # noqa: N818
    """Raised by a `Speak`: the stream ends with an error event."""

    def __init__(self, message: str, code: str = "MODEL_FAILED") -> None:
        super().__init__(message)
        self.message, self.code = message, code


class BrokenOff(Exception):  # noqa: N818
    """Raised by a `Speak`: the connection is cut, without any terminator."""


def echo(pace: float) -> Speak:
    """Repeat the message word by word, `pace` seconds apart."""

    async def repeat(message: str, model: str) -> AsyncGenerator[str, None]:
        for number, word in enumerate(re.findall(r"\S+\s*|\s+", message)):
            if number and pace:
                await asyncio.sleep(pace)
            yield word

    return repeat
