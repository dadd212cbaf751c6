"""One worker: a process that owns one stack and plays bursts on it when it is told to.

    python -m bench.worker STACK

A line with a number on stdin asks for so many examples; the answer on stdout is examples a second.
It ends when its stdin does, so that nothing survives whoever started it.
"""

import sys

from bench.exchange import burst
from bench.stacks import STACKS


def main(name: str) -> None:
    stack = STACKS[name]
    with stack.opened() as play:
        print("ready", flush=True)
        while line := sys.stdin.readline():
            print(burst(stack.cases(), play, int(line)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
