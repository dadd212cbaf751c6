"""Ports to hand out: from below the ephemeral range, and one owner each among all workers.

A port that is free now may be another worker's a moment later, and a target that then answers
there is the wrong one. So the owner of a TCP port holds the UDP port of the same number while it
needs it: the kernel lets only one process have that.
"""

import random
import socket

FIRST, LAST = 20_000, 31_999  # Linux hands out 32768 and more by itself


class Port:
    """A reserved loopback port. Raises OSError if none is to be had."""

    def __init__(self) -> None:
        self._claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.number = next(n for n in _candidates() if self._claimed(n))

    def _claimed(self, number: int) -> bool:
        try:
            self._claim.bind(("127.0.0.1", number))
        except OSError:
            return False
        if _is_free(number):
            return True
        self._claim.close()
        self._claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        return False

    def release(self) -> None:
        self._claim.close()


def _candidates() -> list[int]:
    """Some numbers in random order: from the system, so that no seed of a test can fix it."""
    return random.SystemRandom().sample(range(FIRST, LAST), 2000)


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True
