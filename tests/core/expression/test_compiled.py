"""What is compiled: nothing of a stranger's, nothing that grows out of hand, fit to be composed."""

import ast
import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
import sqlglot

from seawall.core.expression import language, sample, types
from seawall.core.expression.explain import explainer
from seawall.core.expression.functions import CALLABLE
from seawall.core.expression.python import Body, python_function, python_source
from seawall.core.expression.sample import INPUTS, Writer
from seawall.core.expression.sql import sql_input, sql_text
from seawall.core.expression.types import Type, Value
from seawall.core.problem import UnableToUseInput
from tests.core.expression.engines import chance, in_duckdb, in_python, same, table

COUNTED = re.compile(r"[vtk][0-9]+")
ATTRIBUTES = {
    *("year", "month", "day", "hour", "minute", "days", "date", "isoformat", "isoweekday"),
    *("strip", "startswith", "endswith", "isascii", "tzinfo"),
}
POISON = "secret_poison"


def test_generated_python_holds_only_names_we_count_or_list() -> None:
    writer = Writer(chance(8))
    for _ in range(300):
        source = python_source(language.parse(writer.any_expression(4), inputs=INPUTS))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Name):
                assert COUNTED.fullmatch(node.id) or node.id in CALLABLE
            if isinstance(node, ast.Attribute):
                assert node.attr in ATTRIBUTES
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value == " "
            assert not isinstance(node, ast.Import | ast.ImportFrom | ast.Lambda | ast.Starred)


def test_no_word_of_the_user_gets_into_generated_python() -> None:
    text = (
        f'"{POISON}" = \'{POISON}\' AND "{POISON}" LIKE \'{POISON}%\' AND "{POISON}" IN '
        f"('{POISON}', 'x') AND CONTAINS(\"{POISON}\", '{POISON}')"
    )
    expression = language.parse(text, inputs={POISON: types.TEXT})
    assert POISON not in python_source(expression)
    assert python_function(expression)("secret") is False


def test_a_hostile_name_stays_a_name() -> None:
    name = '"; DROP TABLE loan; --'
    inputs = {name: types.INTEGER}
    expression = language.parse('"' + name.replace('"', '""') + '" + 1', inputs=inputs)
    with duckdb.connect(config={"threads": 1}) as connection:
        quoted = name.replace('"', '""')
        row = connection.execute(f'SELECT {sql_text(expression)} FROM (SELECT 1 AS "{quoted}")')
        assert row.fetchall() == [(2,)]
    assert python_function(expression)(1) == 2


@pytest.mark.parametrize("text", ["'\\'", "'\\\\'''", "'a\nb'", "''", "'{0} {v} $1 ?'", "'--'"])
def test_a_hostile_text_stays_a_text(text: str) -> None:
    expression = language.parse(f"{text} || ''", inputs={})
    wanted = text[1:-1].replace("''", "'")
    assert python_function(expression)() == wanted
    with duckdb.connect(config={"threads": 1}) as connection:
        assert connection.execute(f"SELECT {sql_text(expression)}").fetchall() == [(wanted,)]
    (literal,) = sqlglot.parse_one(
        f"SELECT {sql_text(expression, 'spark')}", read="spark"
    ).find_all(sqlglot.exp.DPipe)
    assert literal.this.this == wanted


NESTED = [
    ("integer_1", "{0} + integer_1"),
    ("integer_1", "integer_1 % ({0})"),
    ("integer_1", "ABS({0})"),
    ("integer_1", "LEAST({0}, integer_2)"),
    ("integer_1", "NULLIF({0}, integer_2)"),
    ("integer_1", "NULLIF(integer_2, {0})"),
    ("integer_1", "COALESCE({0}, integer_2)"),
    ("integer_1", "CASE WHEN {0} BETWEEN 1 AND 5 THEN 1 END"),
    ("integer_1", "CASE WHEN integer_1 BETWEEN {0} AND {0} THEN 1 END"),
    ("integer_1", "CASE WHEN {0} IN (1, integer_1) THEN 1 END"),
    ("integer_1", "CASE {0} WHEN 1 THEN integer_1 WHEN 2 THEN 5 END"),
    ("integer_1", "TRY_CAST({0} * 1.5 AS INTEGER)"),
    ("integer_1", "WHOLE_MONTHS(date_1, date_1 + {0})"),
    ("integer_1", "SECONDS_BETWEEN(date_1, date_1 + {0})"),
    ("number_1", "{0} / number_2"),
    ("number_1", "number_2 / ({0})"),
    ("number_1", "number_2 % ({0})"),
    ("number_1", "ROUND({0}, 2)"),
    ("number_1", "FLOOR({0} + 0.5)"),
    ("number_1", "EXP(-({0}))"),
    ("number_1", "POWER({0}, number_2)"),
    ("number_1", "GREATEST({0}, number_2)"),
    ("boolean_1", "({0}) IN (boolean_1, NULL)"),
    ("boolean_1", "({0}) = boolean_2"),
    ("text_1", "LOWER({0})"),
    ("text_1", "LEAST({0}, text_2)"),
    ("text_1", "CASE {0} WHEN text_2 THEN 'a' ELSE {0} END"),
    ("date_1", "({0} + integer_1)"),
]


@pytest.mark.parametrize(("start", "around"), NESTED, ids=[row[1] for row in NESTED])
def test_no_nesting_makes_work_grow_with_its_power(start: str, around: str) -> None:
    expression = language.parse(start, inputs=INPUTS)
    text = start
    while True:
        text = around.format(text)
        try:
            expression = language.parse(text, inputs=INPUTS)
        except UnableToUseInput:
            break
    records = list(sample.records(chance(9), 20))
    began = time.perf_counter()
    answers = in_python(expression, records)
    size = max(len(sql_text(expression)), len(sql_text(expression, "spark")))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("record", table(records))
        rows = in_duckdb(connection, [expression])
    assert all(same(one, row[0]) for one, row in zip(answers, rows, strict=True))
    assert size < 60_000
    # Doubling at every level would take minutes; the limit leaves room for a busy machine.
    assert time.perf_counter() - began < 20


def test_a_like_pattern_cannot_stall() -> None:
    pattern = "%a" * 90
    expression = language.parse(f"s LIKE '{pattern}b'", inputs={"s": types.TEXT})
    began = time.perf_counter()
    assert python_function(expression)("a" * 20_000) is False
    assert time.perf_counter() - began < 2


READ: list[tuple[Type, object, Value]] = [
    (types.INTEGER, True, None),
    (types.INTEGER, 2**63, None),
    (types.INTEGER, 1.0, None),
    (types.INTEGER, "1", None),
    (types.NUMBER, 3, 3.0),
    (types.NUMBER, 10**400, None),
    (types.NUMBER, Decimal("0.10"), 0.1),
    (types.NUMBER, Decimal("NaN"), None),
    (types.NUMBER, Decimal("1e999"), None),
    (types.NUMBER, True, None),
    (types.NUMBER, "1", None),
    (types.BOOLEAN, 1, None),
    (types.TEXT, "\ud800", None),
    (types.TEXT, 1, None),
    (types.DATE, datetime(2024, 1, 31, 23, tzinfo=timezone(timedelta(hours=-2))), date(2024, 2, 1)),
    (types.DATE, "2024-01-31", None),
    (types.TIMESTAMP, date(2024, 1, 31), datetime(2024, 1, 31)),  # noqa: DTZ001 - UTC by contract
    (types.TIMESTAMP, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), None),
    (types.TIMESTAMP, datetime(2024, 1, 1, 8, tzinfo=UTC), datetime(2024, 1, 1, 8)),  # noqa: DTZ001
]


@pytest.mark.parametrize(("type_", "given", "wanted"), READ)
def test_the_border_reads_or_gives_null_and_never_raises(
    type_: Type, given: object, wanted: Value
) -> None:
    assert same(python_function(language.parse("a", inputs={"a": type_}))(given), wanted)


def test_a_broken_promise_makes_the_whole_null_in_both() -> None:
    inputs = {"a": types.INTEGER.required, "b": types.INTEGER}
    expression = language.parse("a IS NULL OR b > 1", inputs=inputs)
    assert python_function(expression)(None, 5) is None
    assert explainer(expression)(None, 5).value is None
    with duckdb.connect(config={"threads": 1}) as connection:
        answer = connection.execute(
            f"SELECT {sql_text(expression)} FROM (SELECT NULL AS a, 5 AS b)"
        )
        assert answer.fetchall() == [(None,)]


def test_many_rules_share_one_function_and_derived_values() -> None:
    inputs = {"income": types.NUMBER, "debt": types.NUMBER}
    derived = language.parse("debt / income", inputs=inputs)
    known = {**inputs, "dti": derived.type}
    rules = [language.parse(text, inputs=known) for text in ("dti > 0.5", "income < 3000")]
    body = Body()
    for name, type_ in inputs.items():
        body.take(name, type_)
    body.name("dti", body.bind(derived))
    values = [body.bind(rule) for rule in rules]
    truth = body.truth(rules[0])
    function = body.function(f"({', '.join(values)}, {truth})")
    assert function(4000.0, 3000.0) == (True, False, True)
    assert function(0.0, 3000.0) == (None, True, False)
    assert function(None, 3000.0) == (None, None, False)


def test_clean_inputs_give_the_same_answers() -> None:
    records = list(sample.records(chance(10), 100))
    writer = Writer(chance(10))
    expressions = [language.parse(writer.any_expression(3), inputs=INPUTS) for _ in range(50)]
    columns = ", ".join(f"{sql_input(name, type_)} AS {name}" for name, type_ in INPUTS.items())
    clean = ", ".join(f"{sql_text(e, clean=True)} AS c{i}" for i, e in enumerate(expressions))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("record", table(records))
        given = in_duckdb(connection, expressions)
        step = f"WITH clean AS (SELECT {columns} FROM record) SELECT {clean} FROM clean"
        rows = connection.execute(step).fetchall()
    assert [[*map(repr, row)] for row in rows] == [[*map(repr, row)] for row in given]


def test_an_explanation_ends_in_the_value_itself() -> None:
    writer = Writer(chance(11))
    records = list(sample.records(chance(11), 10))
    for _ in range(60):
        expression = language.parse(writer.any_expression(3), inputs=INPUTS)
        explain = explainer(expression)
        places = [list(INPUTS).index(name) for name in expression.names]
        for record, answer in zip(records, in_python(expression, records), strict=True):
            assert same(explain(*[record[place] for place in places]).value, answer)


def test_an_explanation_names_every_part() -> None:
    inputs = {"debt": types.NUMBER, "income": types.NUMBER, "city": types.TEXT}
    rule = language.parse("debt / income > 0.5 AND NOT city IN ('Oslo', 'Bergen')", inputs=inputs)
    found = explainer(rule)(300.0, 400.0, "Oslo")
    assert (found.text, found.value) == (
        "debt / income > 0.5 AND city NOT IN ('Oslo', 'Bergen')",
        False,
    )
    ratio, place = found.parts
    assert [(part.text, part.value) for part in ratio.parts] == [("debt / income", 0.75)]
    assert [(part.text, part.value) for part in place.parts] == [
        ("city IN ('Oslo', 'Bergen')", True)
    ]


def test_python_does_not_warn_of_what_is_generated() -> None:
    # pytest turns a SyntaxWarning into an error; NULL everywhere makes the oddest source.
    for text in (
        "SUBSTRING(TRY_CAST(NULL AS TEXT), 1, 2)",
        "YEAR(TRY_CAST(NULL AS DATE))",
        "NULL IN (1, NULL)",
        "1 IN (NULL, 2)",
        "COALESCE(NULL, TRUE) IS TRUE",
        "(NULL AND TRUE) IS NULL",
        "CASE WHEN NULL THEN 1 END",
        "NULLIF(NULL, 1) BETWEEN NULL AND 2",
        "LEAST(NULL, 1)",
        "NULL LIKE 'a%'",
    ):
        assert python_function(language.parse(text, inputs={}))() in (None, True)
