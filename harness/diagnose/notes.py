"""Bugs in plain sight that are no root cause of a mismatch: one line for each that shows."""

from collections.abc import Callable, Iterator

from harness.diagnose.evidence import Evidence


def leaked(seen: Evidence) -> Iterator[str]:
    if told := [one.what for one in seen.probes() if one.leaks]:
        yield (
            f"the answer to a wrong id tells the right one (updated with {told[0]}): "
            "whoever asks once can answer right"
        )


def overwritten(seen: Evidence) -> Iterator[str]:
    if seen.overwritten:
        yield "a second update with the same id and another text changed what is stored"


NOTES: tuple[Callable[[Evidence], Iterator[str]], ...] = (leaked, overwritten)


def noticed(seen: Evidence) -> tuple[str, ...]:
    return tuple(line for note in NOTES for line in note(seen))
