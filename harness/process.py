"""The target as a process: its own fresh directory, group and log, under the guard."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from contracts.record import Secret
from fakes.identities import SECRETS
from harness.errors import MissingProgram, TargetError
from harness.guard import WORK_PREFIX
from harness.ports import Port
from harness.redact import redact
from harness.target import Target, client_key

GUARD = Path(__file__).with_name("guard.py")
LAST_LINES = 12
DYING = 0.1  # seconds from the loss of a connection to the loss of the process
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class TargetProcess:
    """One run of the target's command; `port` is where it listens."""

    def __init__(
        self, target: Target, dialect: str, upstreams: Sequence[tuple[str, int]], defect: str
    ) -> None:
        self._secrets = (Secret("client_key", client_key(target.talk(dialect))), *SECRETS)
        self.target, self._port = target, Port()
        self.port = self._port.number
        self.work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX))
        self.log_path = self.work / "target.log"
        self.values = {
            "port": str(self.port),
            "work": str(self.work),
            "dialect": dialect,
            "defect": defect,
        }
        for name, (host, port) in zip(("upstream", "upstream_2"), upstreams, strict=False):
            self.values |= {name: f"http://{host}:{port}"}
            self.values |= {f"{name}_host": host, f"{name}_port": str(port)}
        self.argv = target.argv(self.values, defect)
        self._process: asyncio.subprocess.Process | None = None
        self._read = 0

    async def start(self) -> None:
        """Start and wait until ready. Raises MissingProgram or TargetError with the last lines."""
        found = shutil.which(self.argv[0])
        if not found:
            self._clean()
            how = self.target.how_to_install()
            raise MissingProgram(
                f"target {self.target.name}: the program {self.argv[0]} is not installed ({how})"
            )
        self.argv[0] = str(Path(found).absolute())
        self.target.write_files(self.values)
        self.log_path.touch()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(GUARD), str(self.log_path), *self.argv),
            stdin=asyncio.subprocess.PIPE,
            cwd=self.work,
            env=_environment(),
            start_new_session=True,
        )
        try:
            await self._wait_ready()
        except BaseException:
            await self.stop()
            raise

    async def _wait_ready(self) -> None:
        limit = self.target.ready.seconds
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not self.alive:
                raise TargetError(f"target {self.target.name} {self.death()}")
            if await self._answers() and self.alive:
                return
            await asyncio.sleep(0.01)
        raise TargetError(
            f"target {self.target.name} was not ready after {limit:g} s "
            f"({'GET ' + self.target.ready.http if self.target.ready.http else 'no connection'} "
            f"on port {self.port}); its last lines:\n{self.tail()}"
        )

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            if not self.target.ready.http:
                return True
            request = f"GET {self.target.ready.http} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            writer.write(f"{request}Connection: close\r\n\r\n".encode())
            line = await asyncio.wait_for(reader.readline(), 1)
            return b" 2" in line[8:11]
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def died(self) -> bool:
        """Whether it has ended, or is ending: its port may outlive its connections by a moment."""
        listens = self.alive and await self._listens()
        return await self.ends_within(DYING if listens else 5)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def death(self) -> str:
        """How it ended, with its last lines."""
        code = self._process.returncode if self._process else None
        return f"ended with exit status {code}; its last lines:\n{self.tail()}"

    def tail(self) -> str:
        """The last lines of its log, redacted."""
        text = redact(self.log_path.read_text("utf-8", "replace"), self._secrets)
        lines = [f"    {line}" for line in text.split("\n") if line]
        return "\n".join(lines[-LAST_LINES:]) or "    (none)"

    def new_lines(self) -> tuple[str, ...]:
        """The lines that it has logged since the last call; one not yet ended, once it is dead."""
        with self.log_path.open("rb") as log:
            log.seek(self._read)
            data = log.read()
        if self.alive:
            data = data[: data.rfind(b"\n") + 1]
        self._read += len(data)
        return tuple(line for line in data.decode("utf-8", "replace").split("\n") if line)

    async def stop(self) -> None:
        """End the group through the guard: it kills when its stdin ends."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            if not await self.ends_within(5):
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        self._clean()

    async def ends_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long; whether it came."""
        if self._process and self.alive:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), seconds)
        return not self.alive

    def _clean(self) -> None:
        self._port.release()
        shutil.rmtree(self.work, ignore_errors=True)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1"}
