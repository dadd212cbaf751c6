"""Credits: what was allocated, what running streams hold, what was charged.

A reservation is taken from the allocations that expire first; what a stream did not use goes back
to where it came from.
"""

from collections.abc import Mapping
from pathlib import Path

from fakes.services.database import connect, transaction
from fakes.services.shapes import Balance

SCHEMA = """
CREATE TABLE IF NOT EXISTS allocations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, user_id TEXT NOT NULL,
    total INTEGER NOT NULL, remaining INTEGER NOT NULL CHECK (remaining >= 0),
    expires_at REAL NOT NULL, notes TEXT NOT NULL, granted_by TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS allocations_of ON allocations (user_id, expires_at);
CREATE TABLE IF NOT EXISTS streams (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, instance TEXT NOT NULL,
    open INTEGER NOT NULL, charged INTEGER NOT NULL, refunded INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS streams_open ON streams (instance) WHERE open;
CREATE TABLE IF NOT EXISTS holds (
    stream_id TEXT NOT NULL REFERENCES streams (id), allocation INTEGER NOT NULL,
    credits INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS holds_of ON holds (stream_id);
"""
LIVE = "FROM allocations WHERE user_id = ? AND expires_at > ?"
HELD = "SELECT total(credits) FROM holds JOIN streams ON id = stream_id WHERE "


class Ledger:
    """The accounting service's tables. now: seconds since the epoch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open()

    def open(self) -> None:
        self.database = connect(self.path, SCHEMA)

    def reset(self) -> None:
        with transaction(self.database):
            for table in ("holds", "streams", "allocations"):
                self.database.execute(f"DELETE FROM {table}")

    def allocate(
        self, identity: str, user: str, credits: int, expires: float, notes: str, by: str
    ) -> None:
        values = (identity, user, credits, credits, expires, notes, by)
        with transaction(self.database):
            self.database.execute(
                "INSERT INTO allocations VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", values
            )

    def balance(self, user: str, now: float) -> Balance:
        sums = f"SELECT total(total), total(remaining) {LIVE}"
        total, remaining = self.database.execute(sums, (user, now)).fetchone()
        (held,) = self.database.execute(f"{HELD} user_id = ?", (user,)).fetchone()
        return Balance(user, int(total), int(remaining), int(held))

    def reserve(self, stream: str, user: str, credits: int, instance: str, now: float) -> bool:
        """False: they do not suffice, and nothing is held. More for a stream that has some adds."""
        with transaction(self.database):
            rows = self.database.execute(
                f"SELECT number, remaining {LIVE} AND remaining > 0 ORDER BY expires_at, number",
                (user, now),
            ).fetchall()
            if sum(row["remaining"] for row in rows) < credits:
                return False
            self.database.execute(
                "INSERT OR IGNORE INTO streams VALUES (?, ?, ?, 1, 0, 0)", (stream, user, instance)
            )
            for row in rows:
                taken = min(credits, row["remaining"])
                self._move(stream, row["number"], taken)
                credits -= taken
        return True

    def _move(self, stream: str, allocation: int, credits: int) -> None:
        if credits:
            self.database.execute(
                "UPDATE allocations SET remaining = remaining - ? WHERE number = ?",
                (credits, allocation),
            )
            values = (stream, allocation, credits)
            self.database.execute("INSERT INTO holds VALUES (?, ?, ?)", values)

    def held(self, stream: str) -> int:
        return int(self.database.execute(f"{HELD} id = ?", (stream,)).fetchone()[0])

    def owner(self, stream: str) -> tuple[str, bool] | None:
        """The user, and whether the stream still holds credits; None: nobody knows it."""
        query = "SELECT user_id, open FROM streams WHERE id = ?"
        row = self.database.execute(query, (stream,)).fetchone()
        return (row["user_id"], bool(row["open"])) if row else None

    def settle(self, stream: str, credits: int) -> tuple[int, int]:
        """Charge so many of the held credits and give the rest back, once: (charged, refunded)."""
        with transaction(self.database):
            self._settle(stream, credits)
        query = "SELECT charged, refunded FROM streams WHERE id = ?"
        charged, refunded = self.database.execute(query, (stream,)).fetchone()
        return charged, refunded

    def _settle(self, stream: str, credits: int) -> None:
        holds = self.database.execute(
            "SELECT allocation, credits FROM holds WHERE stream_id = ?", (stream,)
        ).fetchall()
        charged = min(credits, sum(hold["credits"] for hold in holds))
        left = charged
        for hold in holds:
            spent = min(left, hold["credits"])
            left -= spent
            self.database.execute(
                "UPDATE allocations SET remaining = remaining + ? WHERE number = ?",
                (hold["credits"] - spent, hold["allocation"]),
            )
        refunded = sum(hold["credits"] for hold in holds) - charged
        self.database.execute("DELETE FROM holds WHERE stream_id = ?", (stream,))
        self.database.execute(
            "UPDATE streams SET open = 0, charged = ?, refunded = ? WHERE id = ? AND open",
            (charged, refunded, stream),
        )

    def recover(self, instance: str, spent: Mapping[str, int]) -> None:
        """Settle what a dead chat service left open; of streams it does not know, nothing came."""
        query = "SELECT id FROM streams WHERE instance = ? AND open"
        for (stream,) in self.database.execute(query, (instance,)).fetchall():
            self.settle(stream, spent.get(stream, 0))
