"""Statements that SQLite runs too, as PostgreSQL runs them quickly, through psycopg (the extra `postgres`).

A statement per row costs the server a plan and the driver a round of messages for each: four times as much as one
statement over arrays that hold a column each. A mark per value of a list makes a statement that is new for
every length. So rows and lists go as arrays. And whoever waits for the answer to each statement waits longer for
the way than for the work: within a `transaction` statements follow each other, and only who looks at rows waits.
"""

import re
import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, overload

import psycopg

Row = tuple[Any, ...]
Connection = psycopg.Connection[Any]

_ONE_ROW: Final = re.compile(r"\s*(INSERT\s.*?)\bVALUES\s*\(([^()]*)\)(.*)", re.DOTALL)
_LIST: Final = re.compile(
    r"SELECT (.+?) FROM (\w+) WHERE (.*?)(\w+) IN \((\?(?:, \?)*)\)(.*?)( ORDER BY .*)?", re.DOTALL
)
_KINDS: Final = {str: "text", int: "bigint", float: "double precision", bytes: "bytea"}
_TOGETHER: Final = 10_000
"""Rows in one statement: what is sent at once lies in memory a second time."""


class Answer(Sequence[Row]):
    """The rows of a statement that was sent: waited for when they are first looked at."""

    def __init__(self, cursor: psycopg.Cursor[Row]) -> None:
        self._cursor = cursor
        self._came: list[Row] | None = None

    @property
    def _rows(self) -> list[Row]:
        # No `cached_property`: before Python 3.12 it holds one lock for all objects, and here it would be while it waits.
        if self._came is None:
            self._came = self._cursor.fetchall()
        return self._came

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        """A row, or some."""
        return self._rows[place]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)


@contextmanager
def transaction(connection: Connection, *begin: str) -> Iterator[None]:
    """A transaction in which statements are sent one after the other, without a wait for what each one answers.

    Committed where the block ends, rolled back where it raises. A statement that failed is told where rows are next
    looked at, or at the end; a block that went on after it commits nothing, and is told so.

    Args:
        connection: in autocommit; it answers, see `reachable`.
        begin: the statements that begin it.
    """
    try:
        with connection.pipeline() as sent:
            try:
                for each in begin:
                    connection.execute(each.encode())
                yield
                done = connection.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):  # whatever else failed: what is raised came first
                    sent.sync()
                raise
        if done.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction
    finally:
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.rollback()


def reachable(connection: Connection) -> bool:
    """Whether the server is still there, as far as can be told without asking it on every occasion.

    A server that ends says so, or closes the connection: only where something came unasked is it asked.
    """
    arrived = select.poll()
    try:
        arrived.register(connection.fileno(), select.POLLIN)
        if arrived.poll(0):
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def run(connection: Connection, sql: str, values: Sequence[object] = ()) -> Answer:
    """Run a statement; its rows.

    Args:
        connection: the driver's.
        sql: a `?` per value; at most one list, see `listed`.
        values: of one Python type within the list.
    """
    cursor = psycopg.Cursor(
        connection
    )  # Django's own kind writes values into the text of the statement
    if _LIST.fullmatch(sql) is None:
        return Answer(cursor.execute(sql.replace("?", "%s").encode(), values or None))
    # Planned each time: a plan from when the table was small would read all of it for ever.
    statement, arrays = listed(sql, values)
    return Answer(cursor.execute(statement.encode(), arrays, prepare=False))


def listed(sql: str, values: Sequence[object]) -> tuple[str, list[object]]:
    """`SELECT … FROM … WHERE … IN (?, ?, …)` with its list as an array, and its values.

    Each value is looked up for itself. To `= ANY` of an array the planner has other answers, such as to read the whole
    table, and takes them where its statistics are from yesterday. A value that stands in the list twice is found twice.

    >>> statement, values = listed("SELECT a FROM t WHERE b = ? AND c IN (?, ?) ORDER BY a", (1, "x", "y"))
    >>> print(statement)  # doctest: +NORMALIZE_WHITESPACE
    SELECT found.* FROM unnest(%b::text[]) AS listed (one)
      CROSS JOIN LATERAL (SELECT a FROM t WHERE b = %s AND c = listed.one OFFSET 0) AS found ORDER BY a
    >>> values
    [['x', 'y'], 1]
    """
    told = _LIST.fullmatch(sql)
    if told is None:
        raise ValueError(sql)
    columns, table, before, column, marks, after, order = told.groups()
    start, many = before.count("?"), marks.count("?")
    inside = list(values[start : start + many])
    where = f"{before}{column} = listed.one{after}".replace("?", "%s")
    # `OFFSET 0` keeps the planner from joining it in an order of its own.
    statement = (
        f"SELECT found.* FROM unnest(%b::{_kind(inside)}[]) AS listed (one) CROSS JOIN LATERAL "
        f"(SELECT {columns} FROM {table} WHERE {where} OFFSET 0) AS found{order or ''}"
    )
    return statement, [inside, *values[:start], *values[start + many :]]


def run_many(connection: Connection, sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run a statement for each of many rows of values."""
    if sql.startswith("INSERT"):
        insert(connection, sql, rows)
    elif rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s").encode(), rows)


def insert(connection: Connection, one: str, rows: Sequence[Sequence[object]]) -> list[Answer]:
    """Run the `INSERT … VALUES (?, …)` of one row for many, all in their order.

    Args:
        connection: in a transaction, unless the rows are few enough for one statement.
        one: the statement; a `?` per value, literals beside them. A column has values of one Python type, or None.
        rows: the values.

    Returns:
        what each statement returns, if it does.
    """
    found = list[Answer]()
    for start in range(0, len(rows), _TOGETHER):
        statement, arrays = together(one, rows[start : start + _TOGETHER])
        found.append(Answer(psycopg.Cursor(connection).execute(statement.encode(), arrays)))
    return found


def together(one: str, rows: Sequence[Sequence[object]]) -> tuple[str, list[list[object]]]:
    """The statement of one row as one over arrays, and the arrays.

    >>> together("INSERT INTO t VALUES (?, 'new', ?) ON CONFLICT DO NOTHING", [("a", 1), ("b", 2)])
    ("INSERT INTO t SELECT c0, 'new', c1 FROM unnest(%b::text[], %b::bigint[]) AS rows (c0, c1) ON CONFLICT DO NOTHING", [['a', 'b'], [1, 2]])
    """  # noqa: E501 - a statement in one line
    told = _ONE_ROW.fullmatch(one)
    if told is None:
        raise ValueError(one)
    columns = [list(each) for each in zip(*rows, strict=True)]
    kinds = [_kind(each) for each in columns]
    names = iter("NULL" if kind is None else f"c{n}" for n, kind in enumerate(kinds))
    row = re.sub(r"\?", lambda _: next(names), told[2])
    there = [n for n, kind in enumerate(kinds) if kind is not None]
    arrays = ", ".join(f"%b::{kinds[n]}[]" for n in there)
    called = ", ".join(f"c{n}" for n in there)
    statement = f"{told[1]}SELECT {row} FROM unnest({arrays}) AS rows ({called}){told[3]}"
    return statement, [columns[n] for n in there]


def _kind(column: Sequence[object]) -> str | None:
    """PostgreSQL's type of a column's values; None where there are none."""
    return next((_KINDS[type(value)] for value in column if value is not None), None)
