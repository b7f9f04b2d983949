"""The vault's rows in SQLite: one file, for its owner only; the library is bundled with apsw."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

import apsw

from seawall.core import sqlite
from seawall.core.text import Text, verbatim
from seawall.vault.database import Row, UnableToReachDatabase, UnableToScrub

WAIT_MS: Final = 30_000


class SqliteDatabase:
    """See `database.Database`. Made where there is none; WAL, synchronous=FULL, secure_delete.

    Args:
        path: the file.
        schema: statements that make what is missing.
    """

    def __init__(self, path: Path, schema: Sequence[str]) -> None:
        if (unsafe := sqlite.outdated()) is not None:
            raise UnableToReachDatabase(str(path), unsafe)
        self._path = path
        self._lock = RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sqlite.make_private(path)
        with self._told():
            self._raw = sqlite.connect(path, wait_ms=WAIT_MS)
            self._raw.pragma("temp_store", "MEMORY")
        with self.writing() as session:
            for statement in schema:
                session.rows(statement.format(bytes="BLOB", clustered=" WITHOUT ROWID"))

    @contextmanager
    def reading(self) -> Iterator["_Session"]:
        """See `Database`."""
        with self._transaction("BEGIN") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator["_Session"]:
        """See `Database`."""
        with self._transaction("BEGIN IMMEDIATE") as session:
            yield session

    @contextmanager
    def _transaction(self, begin: str) -> Iterator["_Session"]:
        with self._lock, self._told():
            self._raw.execute(begin)
            try:
                yield _Session(self._raw)
                self._raw.execute("COMMIT")
            finally:
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")

    def scrub(self) -> None:
        """See `Database`.

        Deleted cells are zeroed (secure_delete) in the log; the checkpoint carries the zeros into the
        file, and cuts the log, where the old pages stood, to nothing.
        """
        with self._lock, self._told():
            busy, *_ = self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        if busy:
            raise UnableToScrub(
                str(self._path), Text(en="another connection still reads", zh="另一连接仍在读取")
            )

    def close(self) -> None:
        """See `Database`."""
        self._raw.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as ours; its words name tables and columns, never values."""
        try:
            yield
        except apsw.Error as error:
            why = f"{type(error).__name__}: {error}"
            raise UnableToReachDatabase(str(self._path), verbatim(why)) from None


class _Session:
    """See `database.Session`."""

    def __init__(self, raw: apsw.Connection) -> None:
        self._raw = raw

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        return self._raw.execute(sql, values).fetchall()

    def each(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._raw.executemany(sql, rows)
