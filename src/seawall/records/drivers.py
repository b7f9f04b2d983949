"""What is quicker through the database's driver than through Django: many rows in, many questions answered."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, Protocol

from seawall.records import questions
from seawall.records.questions import Answer, Question

Row = Sequence[object]


class Driver(Protocol):
    """A kind of database. Statements mark values by `?`; transactions are the caller's."""

    def insert(self, raw: Any, one: str, rows: Sequence[Row]) -> None:  # noqa: ANN401 - the driver's connection
        """Run the insertion of one row for many."""
        ...

    def insert_new(self, raw: Any, one: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """The same for an insertion that returns rows; what it returns."""
        ...

    def answers(self, raw: Any, asked: Sequence[Question]) -> list[Answer]:  # noqa: ANN401
        """The answers to questions about windows, in order."""
        ...


class Sqlite:
    """See `Driver`."""

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

    def answers(self, raw: sqlite3.Connection, asked: Sequence[Question]) -> list[Answer]:
        """See `Driver`."""
        return questions.one_by_one(raw.execute, asked)


class Postgresql:
    """See `Driver`. psycopg is an extra: it is there where Django connected through it."""

    def insert(self, raw: Any, one: str, rows: Sequence[Row]) -> None:  # noqa: ANN401 - see `Driver`
        """See `Driver`."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        postgresql.insert(raw, one, rows)

    def insert_new(self, raw: Any, one: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """See `Driver`."""
        from seawall.core import postgresql  # noqa: PLC0415 - an extra

        return [row for answer in postgresql.insert(raw, one, rows) for row in answer]

    def answers(self, raw: Any, asked: Sequence[Question]) -> list[Answer]:  # noqa: ANN401
        """See `Driver`."""
        import psycopg  # noqa: PLC0415 - an extra

        # Planned at every call: a plan that was made when the table was small stays too long.
        cursor = psycopg.Cursor(raw)
        return questions.together(
            lambda statement, arrays: cursor.execute(statement.encode(), arrays, prepare=False),
            asked,
        )


DRIVERS: Final[dict[str, Driver]] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
"""By Django's name of the database's vendor."""
