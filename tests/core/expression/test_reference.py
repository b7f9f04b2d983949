"""The page about the language says what the language does."""

import re
from pathlib import Path

import duckdb
import pytest

from seawall.core.expression import functions, language, reader, reference, remedies, tokens, types
from seawall.core.expression.operators import BY_NAME, OPERATORS, Operator, Overload
from seawall.core.expression.python import python_function
from seawall.core.expression.sql import sql_text

PAGE = (Path(__file__).parents[3] / "docs" / "expression.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_operator_is_documented_in_both_compilations(operator: Operator) -> None:
    # Where this fails: python docs/reference.py
    assert reference.section(operator) in PAGE


def test_the_page_tells_of_no_other_operator() -> None:
    told = re.findall(r"^### `(.*)`$", PAGE, re.MULTILINE)
    assert told == [operator.form for operator in OPERATORS]


def test_the_table_names_each_operator_once() -> None:
    assert len(BY_NAME) == len(OPERATORS)
    assert all(row.operator == each.name for each in OPERATORS for row in each.overloads)


def test_the_limits_on_the_page_are_the_limits() -> None:
    plain = PAGE.replace(" ", "").replace("\n", "")
    for limit, unit in (
        (tokens.LENGTH_MOST, "characters,"),
        (tokens.TOKENS_MOST, "words"),
        (reader.NESTING_MOST, "nestedbrackets"),
        (reader.DEPTH_MOST, "levels"),
        (reader.PARTS_MOST, "parts"),
        (remedies.PATTERN_MOST, "characters."),
    ):
        assert f"{limit}{unit}" in plain


def test_the_example_on_the_page_runs() -> None:
    inputs = {"debt": types.NUMBER, "income": types.NUMBER, "city": types.TEXT}
    text = "debt / income > 0.5 AND city NOT IN ('Oslo', 'Bergen')"
    assert text in PAGE
    rule = language.parse(text, inputs=inputs)
    assert python_function(rule)(300.0, 400.0, "Tromsø") is True
    with duckdb.connect(config={"threads": 1}) as connection:
        record = "(SELECT 300.0 AS debt, 400.0 AS income, 'Tromsø' AS city)"
        assert connection.execute(f"SELECT {sql_text(rule)} FROM {record}").fetchall() == [(True,)]


def rows() -> list[Overload]:
    return [row for each in OPERATORS for row in each.overloads]


def test_each_argument_stands_in_each_template_once() -> None:
    for row in rows():
        for template in (row.python, row.sql):
            holes = re.findall(r"\{(\d)\}", template)
            if template:
                assert sorted(holes) == [str(index) for index in range(len(row.takes))], row


def test_templates_call_only_what_is_in_reach() -> None:
    for row in rows():
        called = re.findall(r"(?<![.\w])([a-z_0-9]+)\(", row.python)
        assert set(called) <= set(functions.CALLABLE), row


def test_every_word_is_told_in_chinese_too() -> None:
    for each in OPERATORS:
        assert re.search("[\u4e00-\u9fff]", each.meaning.zh), each.name
