"""How DuckDB and Spark write the same thing.

The operator table is DuckDB's; sqlglot transpiles its templates, one at a time, so that neither
the size of an expression nor the texts in it ever reach a recursive parser.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from seawall.core.expression.types import Kind, Value
from seawall.core.steps import quoted, spark

Dialect = Literal["duckdb", "spark"]

KINDS: dict[Dialect, dict[Kind, str]] = {
    "duckdb": {
        "boolean": "BOOLEAN",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "text": "VARCHAR",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    "spark": {
        "boolean": "BOOLEAN",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "text": "STRING",
        "date": "DATE",
        "timestamp": "TIMESTAMP_NTZ",
    },
}
_HOLE = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"hole_(\w+)_")


@lru_cache(maxsize=1024)
def template(duckdb: str, dialect: Dialect) -> str:
    """A template of the operator table, settings filled in, in a dialect; its holes stay holes.

    >>> template("CAST({0} AS VARCHAR)", "spark")
    'CAST({0} AS STRING)'
    """
    if dialect == "duckdb":
        return duckdb
    marked = _HOLE.sub(r"hole_\1_", duckdb)
    return _MARK.sub(r"{\1}", spark(marked))


def fill(holed: str, **values: str) -> str:
    """A template with some of its holes filled; other braces, of a pattern for example, stay."""
    return _HOLE.sub(lambda hole: values.get(hole.group(1), hole.group()), holed)


def name(column: str, dialect: Dialect) -> str:
    """A column's name, quoted."""
    mark = '"' if dialect == "duckdb" else "`"
    return mark + column.replace(mark, mark * 2) + mark


def text(value: str, dialect: Dialect) -> str:
    """A text literal: a backslash is a letter in DuckDB and an escape in Spark."""
    if dialect == "duckdb":
        return quoted(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def constant(value: Value, kind: Kind, dialect: Dialect) -> str:
    """A value that was written down, of exactly its kind."""
    kinds = KINDS[dialect]
    if value is None:
        return f"CAST(NULL AS {kinds[kind]})"
    match value:
        case bool():
            written = str(value).upper()
        case int():
            written = f"CAST({value} AS BIGINT)"
        case float():
            written = number(value)
        case datetime():
            written = f"{kinds['timestamp']} '{value.isoformat(' ', 'seconds')}'"
        case date():
            written = f"DATE '{value.isoformat()}'"
        case str():
            written = text(value, dialect)
    return written


def number(value: float) -> str:
    """A number with an exponent, which both engines read as a double and nothing else."""
    written = repr(value).upper()
    written = written if "E" in written else f"{written}E0"
    return f"({written})" if written.startswith("-") else written


def applied(rule: str, value: str, dialect: Dialect) -> str:
    """A rule over a value that must not be repeated: it stands in a list of one, once.

    Args:
        rule: a template in the dialect; `{v}` is the value.
        value: its text.
        dialect: for which engine.
    """
    body = fill(rule, v="v")
    if dialect == "duckdb":
        return f"LIST_TRANSFORM([{value}], LAMBDA v: {body})[1]"
    return f"TRANSFORM(ARRAY({value}), v -> {body})[0]"


def applied_to_all(rule: str, values: list[str], dialect: Dialect) -> str:
    """The same for several values of one kind: `{0}`, `{1}`, … in the rule."""
    first = 1 if dialect == "duckdb" else 0
    holes = {str(index): f"v[{index + first}]" for index in range(len(values))}
    inner = ", ".join(values)
    listed = f"[{inner}]" if dialect == "duckdb" else f"ARRAY({inner})"
    return applied(fill(rule, **holes), listed, dialect)


def row(fields: dict[str, str], dialect: Dialect) -> str:
    """Values of several kinds as one, by name."""
    if dialect == "duckdb":
        return "{" + ", ".join(f"'{name}': {value}" for name, value in fields.items()) + "}"
    return f"STRUCT({', '.join(f'{value} AS {name}' for name, value in fields.items())})"
