"""One worker: a process that sets up stacks when they are first asked for and plays on them.

    python -m bench.worker

A line `STACK KIND COUNT` on stdin asks for so many examples; the answer on stdout is examples a
second. It ends when its stdin does, so that nothing survives whoever started it.
"""

import sys
from contextlib import ExitStack

from bench.exchange import KINDS, burst
from bench.stacks import STACKS, Play


def main() -> None:
    opened: dict[str, Play] = {}
    with ExitStack() as held:
        while line := sys.stdin.readline():
            stack, kind, count = line.split()
            if stack not in opened:
                opened[stack] = held.enter_context(STACKS[stack]())
            print(burst(KINDS[kind], opened[stack], int(count)), flush=True)


if __name__ == "__main__":
    main()
