"""Workers from the outside: start them, let some of them play at the same moment, end them."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, NoReturn

from harness.target import CHECKOUT

WARM_UP = 15  # examples


class WorkerError(Exception):
    """A worker ended without an answer; the text holds its last words."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is played: examples of this kind on this stack."""

    stack: str
    kind: str


@dataclass(frozen=True, slots=True)
class Worker:
    """One process of `bench.worker`; `words` is where its stderr goes."""

    process: subprocess.Popen[str]
    words: IO[str]

    @classmethod
    def start(cls) -> "Worker":
        argv, pipe = [sys.executable, "-m", "bench.worker"], subprocess.PIPE
        words = tempfile.TemporaryFile("w+")  # noqa: SIM115
        process = subprocess.Popen(
            argv, cwd=CHECKOUT, stdin=pipe, stdout=pipe, stderr=words, text=True
        )
        return cls(process, words)

    def ask(self, job: Job, count: int) -> None:
        """Raises WorkerError if it has died."""
        assert self.process.stdin
        try:
            self.process.stdin.write(f"{job.stack} {job.kind} {count}\n")
            self.process.stdin.flush()
        except OSError:
            self._died(job)

    def answer(self, job: Job) -> float:
        """Examples a second. Raises WorkerError if it has died."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self._died(job)
        return float(line)

    def _died(self, job: Job) -> NoReturn:
        self.stop()
        self.words.seek(0)
        last = " / ".join(self.words.read().strip().split("\n")[-3:])
        raise WorkerError(f"a worker died on {job.stack} {job.kind}: {last}")

    def stop(self) -> None:
        """Its stdin ends, and so does it; after 10 seconds it is made to."""
        with suppress(OSError):
            if self.process.stdin:
                self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def together(workers: Sequence[Worker], job: Job, count: int) -> float:
    """Let all of them play so many examples at the same time; examples a second of all."""
    for worker in workers:
        worker.ask(job, count)
    return sum(worker.answer(job) for worker in workers)


def size(workers: Sequence[Worker], job: Job, seconds: float) -> int:
    """How many examples one worker plays in about so many seconds; this warms it up as well."""
    together(workers, job, WARM_UP)
    rate = together(workers, job, WARM_UP) / len(workers)
    return max(WARM_UP, round(rate * seconds))
