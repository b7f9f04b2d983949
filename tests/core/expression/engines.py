"""Runs expressions over records in every engine, and tells where the answers differ."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from seawall.core.expression import language
from seawall.core.expression.language import Expression
from seawall.core.expression.python import python_function
from seawall.core.expression.sample import INPUTS
from seawall.core.expression.sql import sql_text
from seawall.core.expression.types import Type, Value
from seawall.core.problem import UnableToUseInput

ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
NAMES = tuple(INPUTS)
Record = tuple[Value, ...]


@dataclass(frozen=True)
class Difference:
    """One expression over one record, with two answers."""

    text: str
    record: tuple[tuple[str, Value], ...]
    python: object
    sql: object


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable samples, no secrets


def codes(text: str, inputs: Mapping[str, Type]) -> set[str]:
    """The codes of the problems of a text; none where it is an expression."""
    try:
        language.parse(text, inputs=inputs)
    except UnableToUseInput as error:
        return {problem.code for problem in error.problems} or {"(no problem was told)"}
    return set()


def table(records: Sequence[Record]) -> pa.Table:
    """Records over the sample inputs as columns; NaN stays NaN."""
    return pa.table(
        {
            name: pa.array([record[index] for record in records], ARROW[type_.kind])
            for index, (name, type_) in enumerate(INPUTS.items())
        }
    )


def in_python(expression: Expression, records: Sequence[Record]) -> list[Value]:
    function = python_function(expression)
    places = [NAMES.index(name) for name in expression.names]
    return [function(*[record[place] for place in places]) for record in records]


def in_duckdb(
    connection: duckdb.DuckDBPyConnection, expressions: Sequence[Expression]
) -> list[tuple[object, ...]]:
    """One row per record of the relation `record`, one column per expression."""
    columns = ", ".join(f"{sql_text(each)} AS c{i}" for i, each in enumerate(expressions))
    return connection.execute(f"SELECT {columns} FROM record").fetchall()


def same(one: object, other: object, tolerance: float = 0.0) -> bool:
    """Equal and of one type; numbers bit for bit, unless a tolerance is licensed."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        if tolerance:
            return math.isclose(one, other, rel_tol=tolerance)
        return one == other and math.copysign(1.0, one) == math.copysign(1.0, other)
    return one == other


def differences(
    expressions: Sequence[Expression],
    records: Sequence[Record],
    rows: Sequence[Sequence[object]],
    tolerance: float = 0.0,
) -> list[Difference]:
    found = []
    for column, expression in enumerate(expressions):
        answers = in_python(expression, records)
        for record, row, answer in zip(records, rows, answers, strict=True):
            if not same(answer, row[column], tolerance):
                given = dict(zip(NAMES, record, strict=True))
                read = tuple((name, given[name]) for name in expression.names)
                found.append(Difference(expression.text, read, answer, row[column]))
    return found
