"""A ledger in PostgreSQL (15 or newer), through psycopg: the extra `postgres`."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import finalize

import psycopg

from seawall.core import postgresql
from seawall.core.text import Text, verbatim
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore, Value

VERSION_LEAST = 150_000
_LOCK = 0x5EA_1ED6E5
"""The advisory lock of the one who may write."""
_WRITING = ("BEGIN", f"SELECT pg_advisory_xact_lock({_LOCK})")
_READING = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)

_QUICK = """SELECT set_config(name, 'lz4', false) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"""
"""Bodies are long enough to be compressed: by lz4, where the server has it, in a tenth of the processor's time."""

_TABLES = """\
CREATE TABLE ledger_entry (
  number BIGINT PRIMARY KEY, act TEXT COLLATE "C" NOT NULL UNIQUE, leaf BYTEA NOT NULL,
  salt BYTEA, body BYTEA, erases BIGINT UNIQUE REFERENCES ledger_entry);

CREATE TABLE ledger_tile (
  level BIGINT NOT NULL, number BIGINT NOT NULL, hashes BYTEA NOT NULL,
  PRIMARY KEY (level, number));

CREATE TABLE ledger_head (
  one BIGINT PRIMARY KEY CHECK (one = 1), size BIGINT NOT NULL, note BYTEA NOT NULL);

CREATE TABLE ledger_checkpoint (
  number BIGINT PRIMARY KEY, size BIGINT NOT NULL, at_us BIGINT NOT NULL, note BYTEA NOT NULL);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger_entry_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT COALESCE(MAX(number), -1) + 1 FROM ledger_entry) THEN
    RAISE EXCEPTION 'entries are appended, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION ledger_entry_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.number, NEW.act, NEW.leaf) IS DISTINCT FROM (OLD.number, OLD.act, OLD.leaf)
    OR NEW.erases IS DISTINCT FROM OLD.erases OR NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM ledger_entry WHERE erases = OLD.number) THEN
    RAISE EXCEPTION 'entries never change; a body is erased by an entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION ledger_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'ledger_head' THEN
    IF NEW.size > OLD.size THEN RETURN NEW; END IF;
  ELSIF (NEW.level, NEW.number) = (OLD.level, OLD.number)
    AND SUBSTR(NEW.hashes, 1, LENGTH(OLD.hashes)) = OLD.hashes THEN RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a ledger only grows' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger_checkpoint_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT COALESCE(MAX(number), -1) + 1 FROM ledger_checkpoint)
    OR NEW.at_us < (SELECT COALESCE(MAX(at_us), NEW.at_us) FROM ledger_checkpoint) THEN
    RAISE EXCEPTION 'checkpoints are appended, and their time never goes back'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
"""
"""Apart by empty lines: a transaction sends one statement at a time."""
_FUNCTIONS = (
    "ledger_refuse", "ledger_entry_next", "ledger_entry_erased", "ledger_grows",
    "ledger_checkpoint_next",
)  # fmt: skip
_TRIGGERS = (
    ("ledger_entry", "BEFORE INSERT", "ROW", "ledger_entry_next()"),
    ("ledger_entry", "BEFORE UPDATE", "ROW", "ledger_entry_erased()"),
    ("ledger_tile", "BEFORE UPDATE", "ROW", "ledger_grows()"),
    ("ledger_head", "BEFORE UPDATE", "ROW", "ledger_grows()"),
    ("ledger_checkpoint", "BEFORE INSERT", "ROW", "ledger_checkpoint_next()"),
    ("ledger_checkpoint", "BEFORE UPDATE", "ROW", "ledger_refuse('checkpoints never change')"),
    *(
        (table, event, level, f"ledger_refuse('{table} is never deleted from')")
        for table in ("ledger_entry", "ledger_tile", "ledger_head", "ledger_checkpoint")
        for event, level in (("BEFORE DELETE", "ROW"), ("BEFORE TRUNCATE", "STATEMENT"))
    ),
)


class PostgresStore:
    """See `store.Store` for what is guaranteed.

    Of an erased body, PostgreSQL's own copies go when it vacuums the table and recycles its log.

    Args:
        address: such as `postgresql://user:password@host:5432/name`.

    Raises:
        UnableToOpenStore: the server is not there, too old, or set up to lose what it acknowledged.
    """

    def __init__(self, address: str) -> None:
        told = urlsplit(address)
        self.name = f"{told.scheme}://{told.hostname}:{told.port or 5432}{told.path}"
        self._address = address
        self._writer: psycopg.Connection | None = None
        self._reader: psycopg.Connection | None = None
        self._turn, self._look = threading.Lock(), threading.Lock()
        with self.writing() as rows:
            if rows.all("SELECT to_regclass('ledger_checkpoint')")[0] == (None,):
                _define(rows.connection)

    @contextmanager
    def writing(self) -> Iterator["PostgresRows"]:
        """A transaction that alone may write; waits for the others."""
        with self._turn:
            try:
                self._writer = self._reached(self._writer)
                with postgresql.transaction(self._writer, *_WRITING):
                    yield PostgresRows(self._writer)
            except psycopg.Error as error:
                connection, self._writer = self._writer, None
                if connection is not None:
                    with suppress(psycopg.Error):
                        connection.close()
                raise UnableToWriteStore(self.name, _why(error)) from error

    @contextmanager
    def reading(self) -> Iterator["PostgresRows"]:
        """A transaction that sees one state."""
        with self._look:
            try:
                self._reader = self._reached(self._reader)
                with postgresql.transaction(self._reader, *_READING):
                    yield PostgresRows(self._reader)
            except psycopg.Error as error:
                raise UnableToReadStore(self.name, _why(error)) from error

    def forget(self) -> None:
        """PostgreSQL takes overwritten rows out by itself, when it vacuums."""

    def close(self) -> None:
        """Close both connections."""
        with self._turn, self._look:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _reached(self, connection: psycopg.Connection | None) -> psycopg.Connection:
        """The connection, where the server is still there, else a new one that keeps what it acknowledges."""
        if connection is not None:
            if postgresql.reachable(connection):
                return connection
            connection.close()
        return self._connected()

    def _connected(self) -> psycopg.Connection:
        try:
            made = psycopg.connect(self._address, autocommit=True)
        except psycopg.Error as error:
            raise UnableToOpenStore(self.name, _why(error)) from None
        if (unsafe := _unsafe(made)) is not None:
            made.close()
            raise UnableToOpenStore(self.name, unsafe)
        made.execute(_QUICK)
        finalize(self, made.close)
        return made


def _unsafe(connection: psycopg.Connection) -> Text | None:
    """Why a server cannot promise what a store must."""
    if connection.info.server_version < VERSION_LEAST:
        return Text(
            en="PostgreSQL {version} or newer is needed", zh="需要 PostgreSQL {version} 或更新版本"
        ).filled(version=VERSION_LEAST // 10_000)
    for setting in ("synchronous_commit", "fsync"):
        found = connection.execute(f"SHOW {setting}").fetchone()
        if found == ("off",):
            return Text(
                en="{setting} is off, so that acknowledged entries can be lost; set it to on",
                zh="{setting} 为 off，已确认的条目可能丢失；请设为 on",
            ).filled(setting=setting)
    return None


def _define(connection: psycopg.Connection) -> None:
    for statement in _TABLES.split("\n\n"):
        connection.execute(statement.encode())
    for name in _FUNCTIONS:
        # Else a session's temporary tables of the same names would stand before the ledger's own.
        connection.execute(
            f"""DO $$ BEGIN EXECUTE 'ALTER FUNCTION {name}() SET search_path = '
            || quote_ident(current_schema()) || ', pg_temp'; END $$""".encode()
        )
    for n, (table, event, level, act) in enumerate(_TRIGGERS):
        name = f"ledger_{n:02}"
        connection.execute(
            f"CREATE TRIGGER {name} {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {act}".encode()
        )
        # Also where a session says that it only replays what another server did.
        connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}".encode())


def _why(error: psycopg.Error) -> Text:
    """The first line of what the server said; further ones may repeat values."""
    return verbatim((str(error).strip().splitlines() or [type(error).__name__])[0])


class PostgresRows:
    """See `store.Rows`."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def all(self, sql: str, values: Sequence[Value] = ()) -> Sequence[tuple[Any, ...]]:
        """See `store.Rows`."""
        return postgresql.run(self.connection, sql, values)

    def many(self, sql: str, values: Sequence[Sequence[Value]]) -> None:
        """See `store.Rows`."""
        postgresql.run_many(self.connection, sql, values)
