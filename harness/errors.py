"""Trouble that a person can mend: always one line that says what was wrong and what to do."""


class UsageError(Exception):
    """Bad input: a target file, an option, a case file, a busy port."""


class TargetError(Exception):
    """The target did not start, did not get ready, or died."""


class HarnessError(Exception):
    """Our own fault: a verdict of this run would be worth nothing."""


class MissingProgram(TargetError):  # noqa: N818
    """The program of a target is not installed: its trials are untestable."""
