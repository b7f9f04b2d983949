"""A ledger in a SQLite file, through the SQLite that `apsw` brings along."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from seawall.core import sqlite
from seawall.core.text import verbatim
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore, Value

_WAIT_MS = 60_000
_PAUSE_S = 0.01

_SETTINGS = (
    "foreign_keys = ON",
    "cache_size = -16384",
    "wal_autocheckpoint = 4000",  # pages of 4 kB: copying the log less often saves syncs
)

_TABLES = """
CREATE TABLE IF NOT EXISTS ledger_entry (
  number INTEGER PRIMARY KEY, act TEXT NOT NULL UNIQUE, leaf BLOB NOT NULL,
  salt BLOB, body BLOB, erases INTEGER UNIQUE REFERENCES ledger_entry) STRICT;
CREATE TABLE IF NOT EXISTS ledger_tile (
  level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,
  PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger_head (
  one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, note BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ledger_checkpoint (
  number INTEGER PRIMARY KEY, size INTEGER NOT NULL, at_us INTEGER NOT NULL,
  note BLOB NOT NULL) STRICT;

CREATE TRIGGER IF NOT EXISTS ledger_entry_next BEFORE INSERT ON ledger_entry
  WHEN NEW.number <> (SELECT COALESCE(MAX(number), -1) + 1 FROM ledger_entry)
    OR EXISTS (SELECT 1 FROM ledger_entry WHERE act = NEW.act OR erases = NEW.erases)
  BEGIN SELECT RAISE(ABORT, 'entries are appended, once'); END;
CREATE TRIGGER IF NOT EXISTS ledger_entry_kept BEFORE DELETE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS ledger_entry_erased BEFORE UPDATE ON ledger_entry
  WHEN NEW.number IS NOT OLD.number OR NEW.act IS NOT OLD.act OR NEW.leaf IS NOT OLD.leaf
    OR NEW.erases IS NOT OLD.erases OR NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM ledger_entry WHERE erases = OLD.number)
  BEGIN SELECT RAISE(ABORT, 'entries never change; a body is erased by an entry'); END;
CREATE TRIGGER IF NOT EXISTS ledger_tile_grows BEFORE UPDATE ON ledger_tile
  WHEN NEW.level IS NOT OLD.level OR NEW.number IS NOT OLD.number
    OR SUBSTR(NEW.hashes, 1, LENGTH(OLD.hashes)) IS NOT OLD.hashes
  BEGIN SELECT RAISE(ABORT, 'tiles only grow'); END;
CREATE TRIGGER IF NOT EXISTS ledger_tile_kept BEFORE DELETE ON ledger_tile
  BEGIN SELECT RAISE(ABORT, 'tiles are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS ledger_head_grows BEFORE UPDATE ON ledger_head
  WHEN NEW.size <= OLD.size BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END;
CREATE TRIGGER IF NOT EXISTS ledger_head_once BEFORE INSERT ON ledger_head
  WHEN EXISTS (SELECT 1 FROM ledger_head)
  BEGIN SELECT RAISE(ABORT, 'a ledger starts once'); END;
CREATE TRIGGER IF NOT EXISTS ledger_head_kept BEFORE DELETE ON ledger_head
  BEGIN SELECT RAISE(ABORT, 'a ledger is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS ledger_checkpoint_next BEFORE INSERT ON ledger_checkpoint
  WHEN NEW.number <> (SELECT COALESCE(MAX(number), -1) + 1 FROM ledger_checkpoint)
    OR NEW.at_us < (SELECT COALESCE(MAX(at_us), NEW.at_us) FROM ledger_checkpoint)
  BEGIN SELECT RAISE(ABORT, 'checkpoints are appended, and their time never goes back'); END;
CREATE TRIGGER IF NOT EXISTS ledger_checkpoint_same BEFORE UPDATE ON ledger_checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;
CREATE TRIGGER IF NOT EXISTS ledger_checkpoint_kept BEFORE DELETE ON ledger_checkpoint
  BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS ledger_tile_extended BEFORE INSERT ON ledger_tile
  WHEN EXISTS (SELECT 1 FROM ledger_tile t WHERE t.level = NEW.level AND t.number = NEW.number
    AND SUBSTR(NEW.hashes, 1, LENGTH(t.hashes)) IS NOT t.hashes)
  BEGIN SELECT RAISE(ABORT, 'tiles only grow'); END;
"""
_LAST = "ledger_tile_extended"
"""Made last, and so looked for: a ledger from before a trigger was thought of is given it."""


class SqliteStore:
    """See `store.Store` for what is guaranteed; WAL mode, synchronous FULL.

    Args:
        file: the database; made, readable by its owner only, where there is none.

    Raises:
        UnableToOpenStore: this SQLite is too old to be safe, or the file is no database.
    """

    def __init__(self, file: Path) -> None:
        self.name = str(file)
        if (unsafe := sqlite.outdated()) is not None:
            raise UnableToOpenStore(self.name, unsafe)
        self._file = file
        self._writer: apsw.Connection | None = None
        self._reader: apsw.Connection | None = None
        self._turn, self._look = threading.Lock(), threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)
        sqlite.make_private(file)
        try:
            self._define()
        except (UnableToReadStore, UnableToWriteStore) as error:
            raise UnableToOpenStore(self.name, verbatim(str(error.__cause__))) from error

    @contextmanager
    def writing(self) -> Iterator["SqliteRows"]:
        """A transaction that alone may write; waits up to a minute for another process."""
        with self._turn:
            try:
                connection = self._writing_connection()
                connection.execute("BEGIN IMMEDIATE")
                yield SqliteRows(connection)
                connection.execute("COMMIT")
            except apsw.Error as error:
                self._abandon()
                raise UnableToWriteStore(self.name, verbatim(str(error))) from error
            except BaseException:
                self._abandon()
                raise

    @contextmanager
    def reading(self) -> Iterator["SqliteRows"]:
        """A transaction that sees one state."""
        with self._look:
            try:
                if self._reader is None:
                    self._reader = self._connect()
                    self._reader.execute("PRAGMA query_only = ON")
                self._reader.execute("BEGIN")
                try:
                    yield SqliteRows(self._reader)
                finally:
                    self._reader.execute("ROLLBACK")
            except apsw.Error as error:
                raise UnableToReadStore(self.name, verbatim(str(error))) from error

    def forget(self) -> None:
        """Take erased bytes out of the log that goes before the database.

        Where a reader does not let go for a minute, SQLite does it at a later checkpoint.
        """
        with self._turn, suppress(apsw.BusyError):
            _copy_log(self._writing_connection(), apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def close(self) -> None:
        """Close both connections."""
        with self._turn, self._look:
            self._abandon()
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def _define(self) -> None:
        """Make tables and triggers where they are not; a full disk hinders nobody who only reads."""
        with self.reading() as rows:
            there = rows.all("SELECT 1 FROM sqlite_schema WHERE name = ?", (_LAST,))
        if not there:
            with self.writing() as rows:
                rows.connection.execute(_TABLES)

    def _writing_connection(self) -> apsw.Connection:
        if self._writer is None:
            made = self._connect()
            # A commit that failed before, here or in a process that is gone, may have left rows in the
            # log that are not on the disk, and a second sync of the log may report a success that is
            # none. Copying the log into the database writes them anew; then one may rely on them.
            _copy_log(made, apsw.SQLITE_CHECKPOINT_FULL)
            self._writer = made
        return self._writer

    def _connect(self) -> apsw.Connection:
        connection = sqlite.connect(self._file, wait_ms=_WAIT_MS)
        for told in _SETTINGS:
            connection.execute(f"PRAGMA {told}").fetchall()
        return connection

    def _abandon(self) -> None:
        """Close the writing connection, and with it what it had not finished."""
        connection, self._writer = self._writer, None
        if connection is not None:
            with suppress(apsw.Error):
                connection.close()


def _copy_log(connection: apsw.Connection, mode: int) -> None:
    """Copy the whole log into the database; SQLite itself does not wait for another who copies."""
    until = time.monotonic() + _WAIT_MS / 1_000
    while True:
        try:
            connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


class SqliteRows:
    """See `store.Rows`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

    def all(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; its rows."""
        return self.connection.execute(sql, values).fetchall()

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """Run a statement for each of many."""
        self.connection.executemany(sql, values)
