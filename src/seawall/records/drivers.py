"""What is quicker through the database's driver than through Django: many rows in, many questions answered."""

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from django.db import connections, transaction

from seawall.records import questions
from seawall.records.questions import Answer, Question

Row = Sequence[object]


class Driver(Protocol):
    """A kind of database. Statements mark values by `?`; transactions are the caller's."""

    def adding(self, using: str, lock: int) -> AbstractContextManager[object]:
        """A transaction of one of many who may add at once, while nobody holds the lock alone.

        Args:
            using: the name of Django's connection, which is in no transaction.
            lock: the number of an advisory lock, where the database would let everybody write at once.
        """
        ...

    def insert(self, raw: Any, one: str, rows: Sequence[Row]) -> None:  # noqa: ANN401 - the driver's connection
        """Run the insertion of one row for many."""
        ...

    def insert_new(self, raw: Any, one: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """The same for an insertion that returns rows; what it returns."""
        ...

    def run(self, raw: Any, sql: str, values: Sequence[object]) -> Sequence[Row]:  # noqa: ANN401
        """Run a statement; its rows, which are waited for when they are looked at."""
        ...

    def answers(self, raw: Any, asked: Sequence[Question]) -> list[Answer]:  # noqa: ANN401
        """The answers to questions about windows, in order."""
        ...


class Sqlite:
    """See `Driver`."""

    def adding(self, using: str, lock: int) -> AbstractContextManager[object]:
        """See `Driver`; there is one writer at a time."""
        del lock
        return transaction.atomic(using, durable=True)

    def insert(self, raw: sqlite3.Connection, one: str, rows: Sequence[Row]) -> None:
        """See `Driver`."""
        raw.executemany(one, rows)

    def insert_new(
        self, raw: sqlite3.Connection, one: str, rows: Sequence[Row]
    ) -> list[tuple[Any, ...]]:
        """See `Driver`; values of all rows are at most 32,766."""
        marks = f"({', '.join('?' * len(rows[0]))})"
        many = one.replace(marks, ", ".join([marks] * len(rows)))
        return raw.execute(many, [value for row in rows for value in row]).fetchall()

    def run(self, raw: sqlite3.Connection, sql: str, values: Sequence[object]) -> Sequence[Row]:
        """See `Driver`."""
        return raw.execute(sql, values).fetchall()

    def answers(self, raw: sqlite3.Connection, asked: Sequence[Question]) -> list[Answer]:
        """See `Driver`."""
        return questions.one_by_one(raw.execute, asked)


class Postgresql:
    """See `Driver`. psycopg is an extra: it is there where Django connected through it."""

    def adding(self, using: str, lock: int) -> AbstractContextManager[object]:
        """See `Driver`; quicker than Django's, which waits for an answer to each of its statements."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        shared = f"SELECT pg_advisory_xact_lock_shared({lock})"
        return postgresql.transaction(connections[using].connection, "BEGIN", shared)

    def insert(self, raw: Any, one: str, rows: Sequence[Row]) -> None:  # noqa: ANN401 - see `Driver`
        """See `Driver`."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        postgresql.insert(raw, one, rows)

    def insert_new(self, raw: Any, one: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """See `Driver`."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        return [row for answer in postgresql.insert(raw, one, rows) for row in answer]

    def run(self, raw: Any, sql: str, values: Sequence[object]) -> Sequence[Row]:  # noqa: ANN401
        """See `Driver`."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        return postgresql.run(raw, sql, values)

    def answers(self, raw: Any, asked: Sequence[Question]) -> list[Answer]:  # noqa: ANN401
        """See `Driver`."""
        import psycopg  # noqa: PLC0415 - an extra

        def execute(statement: str, arrays: Sequence[object]) -> "psycopg.Cursor[Any]":
            # Planned at every call: a plan that was made when the table was small stays too long.
            return psycopg.Cursor(raw).execute(statement.encode(), arrays, prepare=False)

        with raw.pipeline():
            sent = questions.together(execute, asked)
        return sent()


DRIVERS: Final[dict[str, Driver]] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
"""By Django's name of the database's vendor."""
