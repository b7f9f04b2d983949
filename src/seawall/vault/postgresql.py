"""The vault's rows in PostgreSQL, over psycopg (the extra `postgres`).

People and keys may be two databases of one server, or of two. Deleted rows also lie in the server's
log (WAL) and its archives until these are recycled: keep the archives of the keys' database short.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Final
from weakref import finalize
from zlib import crc32

import psycopg

from seawall.core import postgresql
from seawall.core.text import Text, verbatim
from seawall.vault.database import SECRET, Row, UnableToReachDatabase

_WRITERS: Final = 7_305_816_240
"""The advisory lock that lets one writer in at a time, with what names its tables added; the number says nothing."""

_LOSSY: Final = Text(
    en="synchronous_commit is off: it loses rows", zh="synchronous_commit 为 off：会丢失行"
)


class PostgresDatabase:
    """See `database.Database`.

    Args:
        address: a connection string.
        schema: statements that make what is missing.

    Raises:
        UnableToReachDatabase: no server answers, or it loses what it has acknowledged.
    """

    def __init__(self, address: str, schema: Sequence[str]) -> None:
        self._lock = RLock()
        self._where = "PostgreSQL"
        self._tables = tuple(_table(each) for each in schema if "CREATE TABLE" in each)
        # People and keys may lie in one database: who writes one does not wait for who writes the other.
        writers = _WRITERS + crc32(self._tables[0].encode())
        self._alone = f"SELECT pg_advisory_xact_lock({writers})"
        self._address = address
        with self._told():
            self._raw = self._connected()
        with self.writing() as session:
            for statement in schema:
                session.rows(statement.format(bytes="BYTEA", clustered=""))

    @contextmanager
    def reading(self) -> Iterator["_Session"]:
        """See `Database`."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator["_Session"]:
        """See `Database`."""
        with self._transaction("BEGIN") as session:
            # It is waited for: what is read of the other database within the block is read under the lock.
            list(session.rows(self._alone))
            yield session

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator["_Session"]:
        with self._lock, self._told():
            raw = self._reached()
            with postgresql.transaction(raw, *begin):
                yield _Session(raw)

    def scrub(self) -> None:
        """See `Database`: tables of keys are written anew, which locks them meanwhile."""
        with self._lock, self._told():
            raw = self._reached()
            for table in self._tables:
                full = "(FULL)" if table in SECRET else ""
                raw.execute(f"VACUUM {full} {table}".encode())

    def close(self) -> None:
        """See `Database`."""
        self._raw.close()

    def _reached(self) -> "psycopg.Connection[Row]":
        """The connection, where the server is still there, else a new one: it came back, or another took its place."""
        if not postgresql.reachable(self._raw):
            self._raw.close()
            self._raw = self._connected()
        return self._raw

    def _connected(self) -> "psycopg.Connection[Row]":
        made = psycopg.connect(self._address, autocommit=True)
        finalize(self, made.close)
        self._where = f"{made.info.dbname} at {made.info.host}"
        durable = made.execute("SHOW synchronous_commit").fetchone()
        if durable is None or durable[0] == "off":
            made.close()
            raise UnableToReachDatabase(self._where, _LOSSY)
        return made

    @contextmanager
    def _told(self) -> Iterator[None]:
        """PostgreSQL's errors as ours: the class only, since its details quote rows."""
        try:
            yield
        except psycopg.Error as error:
            why = f"{type(error).__name__} {error.sqlstate or ''}".strip()
            raise UnableToReachDatabase(self._where, verbatim(why)) from None


def _table(statement: str) -> str:
    return statement.partition("(")[0].rsplit(maxsplit=1)[-1]


class _Session:
    """See `database.Session`."""

    def __init__(self, raw: "psycopg.Connection[Row]") -> None:
        self._raw = raw

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        return postgresql.run(self._raw, sql, values)

    def each(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        postgresql.run_many(self._raw, sql, list(rows))
