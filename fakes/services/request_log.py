"""One line for each request that a service has answered; never a token, and no control character.

For streams and updates it tells the ids: what most questions about a mismatch come down to.
"""

import re
import time
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*")
LONGEST = 100  # characters of a part that the client wrote


def logged(app: ASGIApp, service: str, tell: Callable[[str], None]) -> ASGIApp:
    """The application, with a line told at the end of each answer."""

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = time.perf_counter(), 0
        notes: dict[str, str] = {}
        scope["notes"] = notes

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await app(scope, receive, noted)
        finally:
            asked = f"{scope['method']} {printable(scope['path'])}"
            took = (time.perf_counter() - begun) * 1000
            told = f"{service:10} {asked} {status or '-'} {took:.1f} ms{ids(notes)}"
            tell(f"{time.strftime('%H:%M:%S')} {told}")

    return telling


def ids(notes: Mapping[str, str]) -> str:
    """What a stream issued, or what an update gave and what was stored."""
    if "issued" in notes:
        return f"  issued {notes['issued']}"
    if "given" not in notes:
        return ""
    given, stored = notes["given"], notes["stored"]
    same = "equal" if given == stored else "different"
    return f"  given {printable(given)}  stored {stored or '(none)'}  {same}"


def printable(text: str) -> str:
    """On one line, not for ever, and without a token that was put where none belongs."""
    shown = TOKEN.sub("(a token)", text).encode("unicode_escape").decode()
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
