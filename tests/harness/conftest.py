"""A chain over the reference target, warm for all tests that only look at what it records."""

from collections.abc import Iterator

import pytest

from harness.chain import Chain
from harness.choosing import load


@pytest.fixture(scope="session")
def reference() -> Iterator[Chain]:
    with Chain(load("reference"), "arena") as chain:
        yield chain
