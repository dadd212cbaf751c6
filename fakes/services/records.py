"""What the chat service stores: sessions, their messages, their streams."""

import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from fakes.services.database import connect, transaction

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, title TEXT NOT NULL, created_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    role TEXT NOT NULL, content TEXT NOT NULL, created_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_of ON messages (session_id);
CREATE TABLE IF NOT EXISTS streams (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL, cost INTEGER NOT NULL, state TEXT NOT NULL,
    started_at REAL NOT NULL, ended_at REAL, chunks INTEGER NOT NULL,
    message_id TEXT NOT NULL, settled INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS streams_of ON streams (session_id);
CREATE INDEX IF NOT EXISTS streams_unsettled ON streams (number) WHERE NOT settled;
"""


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    user_id: str
    title: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """role: user or assistant."""

    id: str
    role: str
    content: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Stream:
    """state: running, done or aborted. cost: credits a chunk. Times: seconds since the epoch.

    message_id: the stored answer; empty until an update was accepted.
    """

    number: int
    id: str
    session_id: str
    user_id: str
    cost: int
    state: str
    started_at: float
    ended_at: float | None = None
    chunks: int = 0
    message_id: str = ""
    settled: int = 0


class Records:
    """The chat service's tables; every call commits what it did, unless a transaction is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open()

    def open(self) -> None:
        self.database = connect(self.path, SCHEMA)

    def reset(self) -> None:
        with transaction(self.database):
            for table in ("streams", "messages", "sessions"):
                self.database.execute(f"DELETE FROM {table}")

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.database.execute(query, values).fetchone()
        return row

    # Sessions and messages

    def create(self, user: str, title: str, initial: str, now: float) -> Session:
        made = Session(secrets.token_hex(12), user, title, now)
        values = (made.id, made.user_id, made.title, made.created_at)
        with transaction(self.database):
            self.database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", values)
            if initial:
                self.say(made.id, "user", initial, now)
        return made

    def session(self, identity: str, user: str) -> Session | None:
        """None also if it is somebody else's."""
        query = "SELECT * FROM sessions WHERE id = ? AND user_id = ?"
        row = self._one(query, identity, user)
        return Session(*row) if row else None

    def delete(self, session: str) -> None:
        """Its messages and streams go with it."""
        self.database.execute("DELETE FROM sessions WHERE id = ?", (session,))

    def say(self, session: str, role: str, content: str, now: float) -> str:
        """The new message's id."""
        identity = secrets.token_hex(12)
        values = (identity, session, role, content, now)
        self.database.execute("INSERT INTO messages VALUES (NULL, ?, ?, ?, ?, ?)", values)
        return identity

    def messages(self, session: str) -> list[Message]:
        query = (
            "SELECT id, role, content, created_at FROM messages WHERE session_id = ?"
            " ORDER BY number"
        )
        return [Message(*row) for row in self.database.execute(query, (session,))]

    def overwrite(self, message: str, content: str) -> None:
        update = "UPDATE messages SET content = ? WHERE id = ?"
        self.database.execute(update, (content, message))

    # Streams

    def add(self, stream: Stream) -> int | None:
        """The record's number; None: the session is gone."""
        if not self._one("SELECT 1 FROM sessions WHERE id = ?", stream.session_id):
            return None
        values = (stream.session_id, stream.user_id, stream.cost, stream.state, stream.started_at)
        return self.database.execute(
            "INSERT INTO streams VALUES (NULL, '', ?, ?, ?, ?, ?, NULL, 0, '', 0)", values
        ).lastrowid

    def identify(self, number: int, identity: str) -> None:
        self.database.execute("UPDATE streams SET id = ? WHERE number = ?", (identity, number))

    def count(self, number: int, chunks: int) -> None:
        self.database.execute("UPDATE streams SET chunks = ? WHERE number = ?", (chunks, number))

    def finish(self, number: int, state: str, now: float) -> bool:
        """False: it was over already, or is gone."""
        update = "UPDATE streams SET state = ?, ended_at = ? WHERE number = ? AND state = 'running'"
        return self.database.execute(update, (state, now, number)).rowcount == 1

    def settle(self, number: int) -> None:
        self.database.execute("UPDATE streams SET settled = 1 WHERE number = ?", (number,))

    def is_running(self, session: str) -> bool:
        query = "SELECT 1 FROM streams WHERE session_id = ? AND state = 'running'"
        return self._one(query, session) is not None

    def latest(self, session: str) -> Stream | None:
        row = self._one(
            "SELECT * FROM streams WHERE session_id = ? ORDER BY number DESC LIMIT 1", session
        )
        return Stream(*row) if row else None

    def of_user(self, user: str) -> list[Stream]:
        """The newest first."""
        query = "SELECT * FROM streams WHERE user_id = ? ORDER BY number DESC"
        return [Stream(*row) for row in self.database.execute(query, (user,))]

    def answer(self, session: str, stream: Stream, content: str, now: float) -> str:
        """Store the assistant's message for this stream; its id."""
        with transaction(self.database):
            made = self.say(session, "assistant", content, now)
            update = "UPDATE streams SET message_id = ? WHERE number = ?"
            self.database.execute(update, (made, stream.number))
        return made

    def recover(self, now: float) -> list[Stream]:
        """End what ran when the service died; every stream that is not settled yet."""
        with transaction(self.database):
            rows = self.database.execute("SELECT * FROM streams WHERE NOT settled").fetchall()
            update = "UPDATE streams SET state = 'aborted', ended_at = ? WHERE state = 'running'"
            self.database.execute(update, (now,))
        return [Stream(*row) for row in rows]

    def settle_all(self) -> None:
        self.database.execute("UPDATE streams SET settled = 1 WHERE NOT settled")
