"""Statements that SQLite runs too, as PostgreSQL runs them quickly, through psycopg (the extra `postgres`).

A statement per row costs the server a plan and the driver a round of messages for each: four times as much as one
statement over arrays that hold a column each. A mark per value of a list makes a statement that is new for
every length. So rows and lists go as arrays.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg

_ONE_ROW: Final = re.compile(r"\s*(INSERT\s.*?)\bVALUES\s*\(([^()]*)\)(.*)", re.DOTALL)
_LIST: Final = re.compile(r"\bIN \((\?(?:, \?)*)\)")
_KINDS: Final = {str: "text", int: "bigint", float: "double precision", bytes: "bytea"}
_TOGETHER: Final = 10_000
"""Rows in one statement: what is sent at once lies in memory a second time."""


@contextmanager
def ended(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """End a transaction that was begun by a statement, in the same message as what it does first.

    The driver's own transactions cost a way to the server and back more. Committed where the block ends, rolled back
    where it raises; a block that went on after a statement had failed commits nothing, and is told so.
    """
    try:
        yield
        if connection.execute("COMMIT").statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction
    finally:
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.rollback()


def run(
    connection: psycopg.Connection[Any], sql: str, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Run a statement; its rows.

    Args:
        connection: the driver's.
        sql: a `?` per value; at most one list, as `IN (?, ?, …)`.
        values: of one Python type within the list.
    """
    there = _LIST.search(sql)
    if there is None:
        done = connection.execute(sql.replace("?", "%s").encode(), values or None)
    else:
        # Planned each time: a plan from when the table was small would read all of it for ever.
        statement, arrays = listed(sql, values)
        done = connection.execute(statement.encode(), arrays, prepare=False)
    return done.fetchall() if done.description else []


def listed(sql: str, values: Sequence[object]) -> tuple[str, list[object]]:
    """A statement with its list as an array, and its values.

    >>> listed("SELECT a FROM t WHERE b = ? AND c IN (?, ?)", (1, "x", "y"))
    ('SELECT a FROM t WHERE b = %s AND c = ANY (%b::text[])', [1, ['x', 'y']])
    """
    there = _LIST.search(sql)
    if there is None:
        raise ValueError(sql)
    start, many = sql[: there.start()].count("?"), there[1].count("?")
    inside = list(values[start : start + many])
    before, after = (part.replace("?", "%s") for part in (sql[: there.start()], sql[there.end() :]))
    statement = f"{before}= ANY (%b::{_kind(inside)}[]){after}"
    return statement, [*values[:start], inside, *values[start + many :]]


def insert(
    connection: psycopg.Connection[Any], one: str, rows: Sequence[Sequence[object]]
) -> list[tuple[Any, ...]]:
    """Run the `INSERT … VALUES (?, …)` of one row for many, all in their order.

    Args:
        connection: in a transaction, unless the rows are few enough for one statement.
        one: the statement; a `?` per value, literals beside them. A column has values of one Python type, or None.
        rows: the values.

    Returns:
        what the statement returns, if it does.
    """
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(rows), _TOGETHER):
        statement, arrays = together(one, rows[start : start + _TOGETHER])
        # Not the connection's own kind of cursor: Django's writes values into the text of the statement.
        done = psycopg.Cursor(connection).execute(statement.encode(), arrays)
        found += done.fetchall() if done.description else []
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
