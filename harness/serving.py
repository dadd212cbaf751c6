"""`proxytrial serve session`: the three session services on ports of their own, to try by hand."""

import asyncio
import errno
import signal
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp

from fakes.services.accounting import Accounting
from fakes.services.auth import Auth
from fakes.services.chat import Chat
from fakes.services.request_log import logged
from fakes.services.serving import Server
from fakes.services.settings import Settings
from fakes.services.speaking import echo
from fakes.services.system import System
from fakes.services.users import PASSWORDS, user_id
from fakes.services.walkthrough import block, diagnosis
from harness.errors import UsageError
from harness.listing import WIDE
from targets import defects

console = Console(width=WIDE, highlight=False, soft_wrap=True)
Service = tuple[str, ASGIApp, int]
SHOWN_USERS, HIGHEST_PORT = 5, 65535


def serve_session(
    auth: int,
    accounting: int,
    chat: int,
    data: Path,
    defect: str,
    pace: float,
    rate_limit: int,
    id_lifetime: float,
) -> None:
    """Blocks until SIGINT or SIGTERM. auth, accounting, chat: ports, 0 for any free one.

    pace: seconds between two events. rate_limit: requests a minute; 0: none. id_lifetime: seconds.
    Raises UsageError for an unknown defect, a busy port and a folder that cannot be used.
    """
    bug = bug_named(defect) if defect else None
    in_range({"auth": auth, "accounting": accounting, "chat": chat})
    if bug and id_lifetime == Settings().id_lifetime:
        id_lifetime = getattr(bug, "served_id_lifetime", None) or id_lifetime
    settings = Settings(id_lifetime=id_lifetime, rate_limit=rate_limit)
    try:
        if data.exists() and not data.is_dir():
            raise UsageError(f"--data {data}: this is no folder")
        data.mkdir(parents=True, exist_ok=True)
        with FileLock(data / "lock", timeout=0):
            asyncio.run(serve(data, settings, bug, pace, (auth, accounting, chat)))
    except Timeout:
        raise UsageError(
            f"--data {data}: another `serve session` is using it; give another --data"
        ) from None
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--data {data}: {reason}") from error


def in_range(ports: Mapping[str, int]) -> None:
    """Raises UsageError for what is no TCP port."""
    for name, port in ports.items():
        if not 0 <= port <= HIGHEST_PORT:
            raise UsageError(f"--{name}-port {port}: 0 (any free one) to {HIGHEST_PORT} is needed")


def bug_named(name: str) -> type:
    """Raises UsageError unless there is such a bug of a service."""
    try:
        found = defects.load(name)
    except ValueError as error:
        raise UsageError(f"--defect: {error}") from error
    if not issubclass(found, Auth | Accounting | Chat):
        raise UsageError(f"--defect {name}: this is no bug of a session service")
    return found


async def serve(
    data: Path, settings: Settings, bug: type | None, pace: float, ports: tuple[int, int, int]
) -> None:
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    system = System(data, speak=echo(pace), settings=settings, defect=bug)
    apps: list[Auth | Accounting | Chat] = [system.auth, system.accounting, system.chats[0]]
    async with AsyncExitStack() as open_things:
        open_things.push_async_callback(system.close)
        services = [(one.name, one.app, port) for one, port in zip(apps, ports, strict=True)]
        introduce(await started(services, open_things), settings, data)
        await asked_to_stop.wait()


async def started(services: Sequence[Service], open_things: AsyncExitStack) -> list[str]:
    """The base URL of each. Raises UsageError for a port that cannot be had."""
    urls = []
    for name, app, port in services:
        server = Server()
        try:
            _, found = await server.start(logged(app, name, say), port=port)
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            reason = "this port is in use; choose another" if busy else error
            raise UsageError(f"--{name}-port {port}: {reason}") from None
        open_things.push_async_callback(server.stop)
        urls.append(f"http://127.0.0.1:{found}")
    return urls


def introduce(urls: Sequence[str], settings: Settings, data: Path) -> None:
    """Who may log in, and what can be done; all of it can be copied."""
    auth, accounting, chat = urls
    users = Table(box=None, pad_edge=False)
    for column in ("user", "password", "role", "userId"):
        users.add_column(column, no_wrap=True)
    for name, password, role in PASSWORDS[:SHOWN_USERS]:
        users.add_row(name, password, role, user_id(name))
    say(f"auth {auth}   accounting {accounting}   chat {chat}   data {data}\n")
    console.print(users)
    say(f"and so on to {PASSWORDS[-1][0]}, with the same password")
    say("\nPaste these lines in another terminal, one by one or all of them:\n")
    say(block(auth, accounting, chat, settings.id_header))
    say("\nWhen an update is refused, look for the cause:\n")
    say(f"{diagnosis(auth, accounting, chat)}\n")
    say("Stop with Ctrl-C. Each request:")


def say(line: str) -> None:
    console.print(line, markup=False)
