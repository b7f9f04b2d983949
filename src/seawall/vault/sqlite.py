"""The vault's rows in SQLite: one file, for its owner only; the library is bundled with apsw."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Final

import apsw

from seawall.vault.database import Row, UnableToReachDatabase, UnableToScrub
from seawall.vault.refusals import UnableToUseVault

VERSION_LEAST: Final = (3, 51, 3)
"""3.7.0 to 3.51.2 can corrupt a file in WAL mode when several connections reset the log at once."""
WAIT_MS: Final = 30_000


class UnableToTrustSqlite(UnableToUseVault):
    """The SQLite library at hand has a known fault that loses data."""

    def __init__(self, version: str) -> None:
        least = ".".join(map(str, VERSION_LEAST))
        super().__init__(f"SQLite {version} can corrupt a file that several use; {least} is needed")


def guard(version: str) -> None:
    """Refuse a library that cannot be trusted.

    Raises:
        UnableToTrustSqlite: it is older than the repair.
    """
    if tuple(int(part) for part in version.split(".")) < VERSION_LEAST:
        raise UnableToTrustSqlite(version)


class SqliteDatabase:
    """See `database.Database`. Made where there is none; WAL, synchronous=FULL, secure_delete.

    Args:
        path: the file.
        schema: statements that make what is missing.
    """

    def __init__(self, path: Path, schema: Sequence[str]) -> None:
        guard(apsw.sqlite_lib_version())
        self._path = path
        self._lock = RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):  # SQLite gives its log and index files the same mode
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with self._told():
            self._raw = apsw.Connection(str(path))
            self._raw.set_busy_timeout(WAIT_MS)
            for name, value in _PRAGMAS:
                self._raw.pragma(name, value)
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
            raise UnableToScrub(str(self._path), "another connection still reads")

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
            raise UnableToReachDatabase(str(self._path), why) from None


_PRAGMAS = (
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("secure_delete", "ON"),
    ("temp_store", "MEMORY"),
    ("trusted_schema", "OFF"),
)


class _Session:
    """See `database.Session`."""

    def __init__(self, raw: apsw.Connection) -> None:
        self._raw = raw

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        return self._raw.execute(sql, values).fetchall()

    def each(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._raw.executemany(sql, rows)
