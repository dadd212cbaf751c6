"""One SQLite file and one connection a service; what is committed survives the process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODES = ("synchronous = NORMAL", "journal_mode = WAL", "foreign_keys = ON")


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """schema: statements that do no harm when the tables are there already."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    for mode in MODES:
        database.execute(f"PRAGMA {mode}")
    database.executescript(f"BEGIN; {schema} COMMIT;")
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
