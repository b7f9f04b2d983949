"""Rows and lists reach PostgreSQL as arrays, and mean what a statement per row and value would."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from tests import postgresql as servers

pytestmark = servers.MARKS
TABLE = "CREATE TEMPORARY TABLE t (n BIGINT, told TEXT, kind TEXT, raw BYTEA, size DOUBLE PRECISION, UNIQUE (n))"
INSERT = "INSERT INTO t VALUES (?, ?, 'new', ?, ?)"
EVERYTHING = "SELECT n, told, kind, raw, size FROM t ORDER BY n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with servers.server() as address:
        yield address


@pytest.fixture
def raw(address: str) -> Iterator[Any]:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address) as made:
        made.execute(TABLE)
        yield made


def told(answers: Iterable[Sequence[Any]]) -> list[Any]:
    return [row for each in answers for row in each]


def test_rows_inserted_together_are_those_inserted_one_by_one(raw: Any) -> None:  # noqa: ANN401
    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    rows = [
        (1, 'quoted " \\ {,} NULL', b"\x00\xff", 0.1),
        (2**62, "防线", b"", None),
        (3, "", None, -1e300),
        (4, None, b"\\x00", 2.0),
    ]
    postgresql.insert(raw, INSERT, rows)
    together = raw.execute(EVERYTHING).fetchall()
    raw.execute("TRUNCATE t")
    for row in rows:
        raw.execute(INSERT.replace("?", "%s"), row)
    assert together == raw.execute(EVERYTHING).fetchall()
    assert len(together) == len(rows)


def test_a_column_without_a_value_is_null_whatever_its_type(raw: Any) -> None:  # noqa: ANN401
    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    postgresql.insert(raw, INSERT, [(1, "a", None, None), (2, "b", None, None)])
    assert raw.execute(EVERYTHING).fetchall() == [
        (1, "a", "new", None, None),
        (2, "b", "new", None, None),
    ]


def test_rows_keep_their_order_and_only_new_ones_are_returned(raw: Any) -> None:  # noqa: ANN401
    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    raw.execute("ALTER TABLE t ADD COLUMN place BIGSERIAL")
    once = f"{INSERT.replace('t VALUES', 't (n, told, kind, raw, size) VALUES')} ON CONFLICT (n) DO NOTHING RETURNING n"
    assert told(postgresql.insert(raw, once, [(7, "a", b"", 1.0)])) == [(7,)]
    many = [(n, "b", b"", 1.0) for n in range(25_000, 0, -1)]
    assert told(postgresql.insert(raw, once, many)) == [
        (n,) for n in range(25_000, 0, -1) if n != 7
    ]
    assert raw.execute("SELECT n FROM t ORDER BY place LIMIT 3").fetchall() == [
        (7,),
        (25_000,),
        (24_999,),
    ]
    assert postgresql.insert(raw, once, []) == []


def test_a_list_of_any_length_is_one_statement(raw: Any) -> None:  # noqa: ANN401
    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    postgresql.insert(raw, INSERT, [(n, f"t{n}", bytes([n]), 1.0) for n in range(9)])
    asked = "SELECT n FROM t WHERE kind = ? AND {} IN ({}) AND n < ? ORDER BY n"
    for column, values in (
        ("told", ["t3", "t7", "t1", "none"]),
        ("raw", [b"\3", b"\7", b"\1"]),
        ("n", [3, 7, 1]),
    ):
        marks = ", ".join("?" * len(values))
        found = postgresql.run(raw, asked.format(column, marks), ("new", *values, 5))
        assert list(found) == [(1,), (3,)]
    postgresql.run(raw, "DELETE FROM t WHERE n = ?", (1,))
    assert postgresql.run(raw, "SELECT COUNT(*) FROM t")[0] == (8,)


def test_a_transaction_is_committed_or_rolled_back_and_never_taken_for_committed(
    address: str,
) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("CREATE TEMPORARY TABLE kept (n BIGINT UNIQUE)")

        def keep(*numbers: int) -> None:
            with postgresql.transaction(raw, "BEGIN"):
                for n in numbers:
                    raw.execute("INSERT INTO kept VALUES (%s)", (n,))

        keep(1, 2)
        with pytest.raises(psycopg.errors.UniqueViolation):
            keep(3, 1)

        def go_on() -> None:
            with postgresql.transaction(raw, "BEGIN"):
                raw.execute("INSERT INTO kept VALUES (4)")
                with contextlib.suppress(psycopg.errors.UniqueViolation):
                    raw.execute("INSERT INTO kept VALUES (1) RETURNING n").fetchall()

        with pytest.raises(psycopg.errors.PipelineAborted):
            go_on()

        def fall() -> None:
            with postgresql.transaction(raw, "BEGIN"):
                raw.execute("INSERT INTO kept VALUES (1)")
                raise ZeroDivisionError  # it came first, whatever the statement will be told

        with pytest.raises(ZeroDivisionError):
            fall()
        assert raw.execute("SELECT n FROM kept ORDER BY n").fetchall() == [(1,), (2,)]
        assert raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_value_is_looked_up_by_the_index_whatever_the_planner_believes(raw: Any) -> None:  # noqa: ANN401
    """Right after the first rows came the planner knows nothing of them, and would rather read the whole table."""
    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    postgresql.insert(raw, INSERT, [(n, "t", b"", 1.0) for n in range(20_000)])
    sql = "SELECT n FROM t WHERE kind = ? AND n IN (?, ?, ?)"
    statement, values = postgresql.listed(sql, ("new", 1, 2, 3))
    plan = told([raw.execute(f"EXPLAIN {statement}", values).fetchall()])
    assert any("Index" in line for (line,) in plan)
    assert not any("Seq Scan" in line for (line,) in plan)


def test_statements_of_a_transaction_wait_for_nothing_until_rows_are_looked_at(
    address: str,
) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    with (
        psycopg.connect(address, autocommit=True) as raw,
        servers.Ways(raw) as ways,
        postgresql.transaction(raw, "BEGIN"),
    ):
        postgresql.run(raw, "CREATE TEMPORARY TABLE kept (n BIGINT)")
        postgresql.insert(raw, "INSERT INTO kept VALUES (?)", [(1,), (2,)])
        seen = postgresql.run(raw, "SELECT n FROM kept WHERE n IN (?, ?)", (2, 3))
        more = postgresql.run(raw, "SELECT COUNT(*) FROM kept")
        assert (list(seen), more[0]) == ([(2,)], (2,))
    # Until rows are looked at, unless they had come by then; and the end.
    assert ways.count in (1, 2)
    assert len(seen) == 1, "an answer outlives its transaction"


def test_a_connection_to_a_server_that_ended_is_not_reachable() -> None:
    import psycopg  # noqa: PLC0415 - an extra

    from seawall.core import postgresql  # noqa: PLC0415 - an extra

    with servers.durable() as server:
        raw = psycopg.connect(server.address, autocommit=True)
        assert postgresql.reachable(raw)
        server.stop()
        assert not postgresql.reachable(raw)
        server.start()
        assert not postgresql.reachable(raw)
