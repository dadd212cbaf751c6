"""Workers from the outside: start them, let some of them play at the same moment, end them."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from harness.target import CHECKOUT

WARM_UP = 15  # examples


class WorkerError(Exception):
    """A worker ended without an answer; the text holds its last words."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process of `bench.worker`."""

    stack: str
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, stack: str) -> "Worker":
        argv = [sys.executable, "-m", "bench.worker", stack]
        pipe = subprocess.PIPE
        return cls(
            stack,
            subprocess.Popen(argv, cwd=CHECKOUT, stdin=pipe, stdout=pipe, stderr=pipe, text=True),
        )

    def ask(self, count: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """Its next line. Raises WorkerError if it has died."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.process.kill()
            last = self.process.communicate()[1].strip().split("\n")[-3:]
            raise WorkerError(f"the worker of {self.stack!r} died: {' / '.join(last)}")
        return line.strip()

    def stop(self) -> None:
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def together(workers: Sequence[Worker], count: int) -> float:
    """Let all of them play so many examples at the same time; examples a second of all."""
    for worker in workers:
        worker.ask(count)
    return sum(float(worker.answer()) for worker in workers)


def size(workers: Sequence[Worker], seconds: float) -> int:
    """How many examples one worker plays in about so many seconds, after a warm-up."""
    together(workers, WARM_UP)
    rate = together(workers, WARM_UP) / len(workers)
    return max(WARM_UP, round(rate * seconds))
