"""Two compilations, one answer: random expressions over random records, in every engine."""

import shutil
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from seawall.core.expression import language, sample
from seawall.core.expression.language import Expression
from seawall.core.expression.operators import OPERATORS
from seawall.core.expression.sample import INEXACT, INPUTS, Writer
from seawall.core.expression.sql import sql_text
from seawall.core.expression.tree import Call, Node
from seawall.core.steps import spark as spark_text
from tests.core.expression.engines import (
    chance,
    codes,
    differences,
    in_duckdb,
    in_python,
    same,
    table,
)

RECORDS = 250
EXPRESSIONS = 200
BATCH = 100
SEEDS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5))
"""Seeds, each with the depth of its expressions; 5 times 200 expressions times 250 records."""
CASES_LEAST = 100_000


def expressions(seed: int, count: int, depth: int) -> list[Expression]:
    writer = Writer(chance(seed))
    depths = chance(seed + 1)
    found: list[Expression] = []
    while len(found) < count:
        text = writer.any_expression(depths.randint(1, depth))
        # Only size may stop what the writer writes.
        if codes(text, INPUTS) != {"expression-too-large"}:
            found.append(language.parse(text, inputs=INPUTS))
    return found


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def test_the_cases_are_enough_and_hold_what_goes_wrong_first() -> None:
    assert len(SEEDS) * EXPRESSIONS * RECORDS >= CASES_LEAST
    for seed, _ in SEEDS:
        values = [value for row in sample.records(chance(seed), RECORDS) for value in row]
        told = set(map(repr, values))
        assert {"None", "nan", "inf", "-inf", "-0.0", "5e-324", "''", "'防线'"} <= told
        assert {repr(2**63 - 1), repr(-(2**63)), repr(date.min), repr(date.max)} <= told


@pytest.mark.parametrize(("seed", "depth"), SEEDS)
def test_python_and_duckdb_give_one_answer(
    seed: int, depth: int, connection: duckdb.DuckDBPyConnection
) -> None:
    records = list(sample.records(chance(seed), RECORDS))
    connection.register("record", table(records))
    made = expressions(seed, EXPRESSIONS, depth)
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        assert differences(batch, records, in_duckdb(connection, batch)) == []


def operators(node: Node) -> Iterator[str]:
    if isinstance(node, Call):
        yield node.overload.operator
        for argument in node.arguments:
            yield from operators(argument)


def test_the_random_expressions_use_every_operator_and_rarely_say_nothing() -> None:
    made = expressions(2, 1000, 3)
    used = {operator for each in made for operator in operators(each.node)}
    assert used == {operator.name for operator in OPERATORS}
    records = list(sample.records(chance(2), 50))
    answers = [answer for each in made for answer in in_python(each, records)]
    assert 0.1 < sum(answer is None for answer in answers) / len(answers) < 0.6
    varied = sum(len(set(map(repr, in_python(each, records)))) > 1 for each in made)
    assert varied / len(made) > 0.6


def test_a_comparison_of_engines_notices_a_difference() -> None:
    (expression,) = [language.parse("integer_1 + 1", inputs=INPUTS)]
    records = [(None,) * len(INPUTS)]
    assert differences([expression], records, [(1,)]) != []
    assert not same(0.0, -0.0)
    assert not same(1, 1.0)
    assert not same(True, 1)


def transpiled(expression: Expression) -> str:
    return spark_text(sql_text(expression))


@pytest.mark.spark
def test_python_and_spark_give_one_answer() -> None:
    if shutil.which("java") is None:
        pytest.skip("no Java runtime on the path: Spark cannot start")
    sql = pytest.importorskip("pyspark.sql")
    types = pytest.importorskip("pyspark.sql.types")
    kinds = {
        "boolean": types.BooleanType(),
        "integer": types.LongType(),
        "number": types.DoubleType(),
        "text": types.StringType(),
        "date": types.DateType(),
        "timestamp": types.TimestampNTZType(),
    }
    session = (
        sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        records = list(sample.records(chance(6), 80))
        columns = [types.StructField(name, kinds[type_.kind]) for name, type_ in INPUTS.items()]
        frame = session.createDataFrame(records, types.StructType(columns)).coalesce(1)
        frame.createOrReplaceTempView("record")
        made = expressions(6, 60, 2)
        for start in range(0, len(made), 30):
            batch = made[start : start + 30]
            # One batch as `core.steps` would: DuckDB's text, transpiled as a whole.
            text = ", ".join(
                f"{transpiled(e) if start == 30 else sql_text(e, 'spark')} AS c{i}"
                for i, e in enumerate(batch)
            )
            rows = session.sql(f"SELECT {text} FROM record").collect()
            exact = [e for e in batch if not set(INEXACT) & set(operators(e.node))]
            assert differences(batch, records, rows, tolerance=1e-9) == []
            places = [batch.index(each) for each in exact]
            kept = [[row[place] for place in places] for row in rows]
            assert differences(exact, records, kept) == []
    finally:
        session.stop()
