"""Steps: a queue that can be cut, run by DuckDB, and read by Spark."""

from typing import Literal

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from seawall.core.steps import Step, Steps, UnableToAddStep, UnableToFindStep, UnableToWriteSql

QUEUE = (
    Steps()
    .then("loans", "SELECT * FROM (VALUES (1, 100.0), (2, 250.0), (2, 50.0)) AS v (region, due)")
    .then("sums", "SELECT region, SUM(due) AS due FROM loans GROUP BY region")
    .then("answer", "SELECT region, due * 2 AS twice FROM sums ORDER BY region")
)


def test_the_text_of_a_queue_runs_in_duckdb_and_gives_the_last_steps_rows() -> None:
    assert duckdb.execute(QUEUE.sql()).fetchall() == [(1, 200), (2, 600)]


def test_a_queue_cut_at_a_step_gives_what_that_step_gives() -> None:
    assert sorted(duckdb.execute(QUEUE.until("sums").sql()).fetchall()) == [(1, 100), (2, 300)]
    assert len(duckdb.execute(QUEUE.until("loans").sql()).fetchall()) == 3


def test_a_queue_cut_at_its_last_step_is_the_same_queue() -> None:
    assert QUEUE.until("answer") == QUEUE


def test_a_single_step_is_its_own_text() -> None:
    assert Steps().then("one", "\n  SELECT 1 AS n\n").sql() == "SELECT 1 AS n"


def test_a_queue_is_a_value_that_adding_does_not_change() -> None:
    short = Steps().then("one", "SELECT 1 AS n")
    longer = short.then("two", "SELECT n FROM one")
    assert short.queue == (Step("one", "SELECT 1 AS n"),)
    assert [step.name for step in longer.queue] == ["one", "two"]


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(UnableToAddStep, match="already has a step named 'loans'"):
        QUEUE.then("loans", "SELECT 1 AS n")


@pytest.mark.parametrize("name", ["Loans", "LOANS"])
def test_two_steps_that_sql_cannot_tell_apart_are_refused(name: str) -> None:
    with pytest.raises(UnableToAddStep, match=f"'loans' .'{name}' differs only in"):
        QUEUE.then(name, "SELECT 1 AS n")


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_a_queue_without_steps_has_no_text(dialect: Literal["duckdb", "spark"]) -> None:
    with pytest.raises(UnableToWriteSql, match="add a step with `then`"):
        Steps().sql(dialect)
    with pytest.raises(UnableToFindStep, match="no step named 'one'; the queue is empty"):
        Steps().until("one")


def test_a_step_that_is_not_there_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(UnableToFindStep, match=r"no step named 'sum'.*loans, sums, answer"):
        QUEUE.until("sum")


@given(st.lists(st.integers(-99, 99), min_size=1, max_size=12))
def test_a_chain_of_any_length_adds_up(numbers: list[int]) -> None:
    queue = Steps().then("s", "SELECT 0 AS n")
    for at, number in enumerate(numbers):
        before = "s" if at == 0 else f"s{at - 1}"
        queue = queue.then(f"s{at}", f"SELECT n + ({number}) AS n FROM {before}")
    assert duckdb.execute(queue.sql()).fetchall() == [(sum(numbers),)]


def test_the_spark_text_parses_as_spark_and_keeps_every_step() -> None:
    (tree,) = sqlglot.parse(QUEUE.sql("spark"), read="spark")
    assert tree is not None
    assert {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)} == {"loans", "sums"}
    assert isinstance(tree, sqlglot.exp.Select)


def test_the_spark_text_says_what_spark_calls_things() -> None:
    text = Steps().then("one", 'SELECT CAST(a AS VARCHAR) AS "b c" FROM t').sql("spark")
    assert text == "SELECT CAST(a AS STRING) AS `b c` FROM t"
