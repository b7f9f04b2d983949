"""How texts are read: as DuckDB reads them, every mistake with its place and what to do."""

import random
import string
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core.expression import language, problems, types
from seawall.core.expression.python import python_function
from seawall.core.expression.reader import DEPTH_MOST, NESTING_MOST, PARTS_MOST
from seawall.core.expression.sample import INPUTS as SAMPLE
from seawall.core.expression.sample import Writer
from seawall.core.expression.tokens import LENGTH_MOST, TOKENS_MOST
from seawall.core.expression.writing import written
from seawall.core.problem import Place, Problem, UnableToUseInput
from tests.core.expression.engines import chance, codes

INPUTS = {
    "income": types.NUMBER,
    "debt": types.NUMBER,
    "age": types.INTEGER,
    "city": types.TEXT,
    "employed": types.BOOLEAN,
    "opened_on": types.DATE,
}


def problems_of(text: str, where: Place = language.NOWHERE) -> tuple[Problem, ...]:
    with pytest.raises(UnableToUseInput) as caught:
        language.parse(text, inputs=INPUTS, where=where)
    return caught.value.problems


WORDS = (
    *("1", "2", "3", "7", "NULL", "TRUE", "FALSE", "'a'", "'2024-01-01'", "DATE", "x", "INTEGER"),
    *("+", "-", "*", "/", "%", "=", "==", "<>", "!=", "<", "<=", "||", "**", "!", "~", "&", "::"),
    *("AND", "OR", "NOT", "BETWEEN", "IS", "IN", "LIKE", "ESCAPE", "AS", "IS DISTINCT FROM"),
    *("CASE", "WHEN", "THEN", "ELSE", "END", "ABS(", "COALESCE(", "TRY_CAST(", "(", ")", ","),
    *("AND", "(1, 2)", "BETWEEN 1 AND", "IS NULL", "IN (1, NULL)"),
)
HARMLESS = ("Could not choose a best candidate", "No function matches", "Chained comparisons")
"""What DuckDB refuses and we do not: +TRUE, and comparing truth values that were compared."""


OPERANDS = ("1", "2", "7", "NULL", "TRUE", "FALSE", "'a'", "- 3", "NOT TRUE", "NOT 1", "(1 < 2)")
BETWEEN = (
    *("+", "-", "*", "/", "%", "=", "<>", "<", ">=", "AND", "OR", "||", "AND NOT", "= NOT"),
    *("IS NULL OR", "IS NOT TRUE =", "BETWEEN 1 AND", "NOT BETWEEN 1 AND", "IN (1, NULL) OR"),
    *("NOT IN (2, 3) AND", "LIKE 'a' OR", "NOT LIKE 'b' =", "** 2 +", "* - 2 +", "IS NULL ="),
)


def texts(dice: random.Random) -> Iterator[str]:
    """Words at random, and operands with operators between them: precedence decides."""
    for _ in range(5_000):
        yield " ".join(dice.choice(WORDS) for _ in range(dice.randint(2, 8)))
    for _ in range(4_000):
        text = dice.choice(OPERANDS)
        for _ in range(dice.randint(1, 4)):
            text += f" {dice.choice(BETWEEN)} {dice.choice(OPERANDS)}"
        yield text


def test_it_reads_as_duckdb_reads() -> None:
    agreed = 0
    with duckdb.connect(config={"threads": 1}) as connection:
        for text in texts(chance(7)):
            if codes(text, {}):
                continue
            answer = python_function(language.parse(text, inputs={}))()
            try:
                found = connection.execute(f"SELECT {text}").fetchall()[0][0]
            except duckdb.Error as error:
                refused = str(error)
                if not any(word in refused for word in HARMLESS):
                    pytest.fail(f"DuckDB refuses {text}: {refused}")
                continue
            assert found == answer, text
            agreed += 1
    assert agreed > 300


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_again_is_read_again(seed: int) -> None:
    writer = Writer(chance(seed))
    for _ in range(60):
        expression = language.parse(writer.any_expression(3), inputs=SAMPLE)
        again = language.parse(written(expression.node), inputs=SAMPLE)
        assert again.node == expression.node


REFUSED = [
    ("__import__('os')", "expression-not-in-language", 1),
    ("income.real > 1", "expression-not-in-language", 1),
    ("(SELECT 1)", "expression-not-in-language", 2),
    ("EXISTS (SELECT 1)", "expression-not-in-language", 1),
    ("age IN (SELECT 1)", "expression-not-in-language", 1),
    ("SUM(income) > 1", "expression-not-in-language", 1),
    ("ROW_NUMBER() OVER ()", "expression-not-in-language", 1),
    ("income > 1 AND MAX(age) OVER (PARTITION BY city) > 1", "expression-not-in-language", 16),
    ("$1 = age", "expression-not-in-language", 1),
    ("? = age", "expression-not-in-language", 1),
    ("read_text('/etc/passwd')", "expression-not-in-language", 1),
    ("getenv('HOME')", "expression-not-in-language", 1),
    ("RANDOM() < 0.5", "expression-not-in-language", 1),
    ("CURRENT_DATE > opened_on", "expression-not-in-language", 1),
    ("CAST(city AS INTEGER)", "expression-not-in-language", 1),
    ("city::INTEGER", "expression-not-in-language", 1),
    ("CONCAT(city, city)", "expression-not-in-language", 1),
    ("city ILIKE 'a'", "expression-not-in-language", 1),
    ("age // 2", "expression-not-in-language", 1),
    ("city COLLATE nocase = 'a'", "expression-not-in-language", 1),
    ("[age]", "expression-not-in-language", 1),
    ("{'a': age}", "expression-not-in-language", 1),
    ("x -> x", "expression-not-in-language", 1),
    ("*", "expression-not-in-language", 1),
    ("", "expression-unreadable", 1),
    ("age BETWEEN 1 2", "expression-unreadable", 15),
    ("COALESCE(, age)", "expression-unreadable", 10),
    ("! employed", "expression-unreadable", 1),
    ("age + NOT", "expression-unreadable", 7),
    ("age <", "expression-unreadable", 5),
    ("age < 1; DROP TABLE loan", "expression-unreadable", 8),
    ("SELECT 1", "expression-unreadable", 1),
    ("age < 'x", "expression-unreadable", 7),
    ("age < 1\x00", "expression-unreadable", 8),
    ("incme < 1", "expression-name-unknown", 1),
    ("Income < 1", "expression-name-unknown", 1),
    ("age < 1 OR 'a'", "expression-type-misfit", 1),
    ("city < 1", "expression-type-misfit", 1),
    ("opened_on >= '2024-01-01'", "expression-type-misfit", 1),
    ("employed < TRUE", "expression-type-misfit", 1),
    ("TRY_CAST(employed AS INTEGER)", "expression-type-misfit", 1),
    ("NULL", "expression-type-none", None),
    ("age = 9223372036854775808", "expression-constant-out-of-range", 7),
    ("income < 1e999", "expression-constant-out-of-range", 10),
    ("opened_on > DATE '2023-02-29'", "expression-constant-out-of-range", 18),
    ("city LIKE city", "expression-option-invalid", 1),
    ("city LIKE 'a!b' ESCAPE '!'", "expression-option-invalid", 1),
    ("ROUND(income, age)", "expression-option-invalid", 1),
    ("ROUND(income, 99)", "expression-option-invalid", 1),
    ("SUBSTRING(city, 0, 1)", "expression-option-invalid", 1),
    ("TRY_CAST(city AS DECIMAL(9, 2))", "expression-option-invalid", 1),
    ("TRY_CAST(city AS BLOB)", "expression-option-invalid", 1),
    ("age" + " + age" * (DEPTH_MOST + 1), "expression-too-large", 1),
    ("(" * 30 + "age" + ")" * 30, "expression-too-large", NESTING_MOST + 1),
    ("age IN (" + "1, " * TOKENS_MOST + "1)", "expression-too-large", 1),
    ("age = 1" + " " * LENGTH_MOST, "expression-too-large", 1),
    ("COALESCE(" + "age, " * PARTS_MOST + "age)", "expression-too-large", 1),
]


@pytest.mark.parametrize(("text", "code", "column"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_it_refuses_with_a_place_and_a_remedy(text: str, code: str, column: int | None) -> None:
    (problem,) = problems_of(text)
    assert problem.code == code
    assert problem.where.column == column
    for language_ in ("en", "zh"):
        assert problem.message.in_(language_).strip()
        assert problem.remedy.in_(language_).strip()


def test_every_kind_of_problem_is_met_above() -> None:
    met = {row[1] for row in REFUSED} | {"expression-names-clash"}
    assert met == {kind.code for kind in problems.KINDS}


def test_all_mistakes_are_told_at_once() -> None:
    found = problems_of("incme < 1 AND city > 2 AND agee = 3")
    assert [problem.code for problem in found] == [
        "expression-name-unknown",
        "expression-type-misfit",
        "expression-name-unknown",
    ]


def test_a_place_inside_a_file_is_counted_on() -> None:
    (problem,) = problems_of("incme < 1", Place("policy.yaml", line=12, column=11))
    assert str(problem.where) == "policy.yaml:12:11"
    (problem,) = problems_of("age < 1\n  AND incme < 1", Place("policy.yaml", line=12, column=11))
    assert str(problem.where) == "policy.yaml:13:7"


def test_a_near_name_is_proposed() -> None:
    (problem,) = problems_of("incme < 1")
    assert "income" in problem.remedy.en.split(":")[1].split(",")[0]


def test_names_that_sql_cannot_tell_apart_are_refused() -> None:
    with pytest.raises(UnableToUseInput) as caught:
        language.parse("a = 1", inputs={"a": types.INTEGER, "A": types.INTEGER})
    assert [problem.code for problem in caught.value.problems] == ["expression-names-clash"]


def test_types_and_nullability_are_inferred() -> None:
    inputs = {**INPUTS, "term": types.INTEGER.required}
    inferred = {
        "term": types.INTEGER.required,
        "term < 6": types.BOOLEAN.required,
        "age < 6": types.BOOLEAN,
        "age IS NULL": types.BOOLEAN.required,
        "COALESCE(age, 0)": types.INTEGER.required,
        "term / 2": types.NUMBER,
        "CASE WHEN age < 6 THEN 1 ELSE 2.5 END": types.NUMBER.required,
        "CASE WHEN age < 6 THEN 1 END": types.INTEGER,
        "opened_on - DATE '2024-01-01'": types.INTEGER,
        "city || 'x'": types.TEXT,
        "TRY_CAST(city AS DATE)": types.DATE,
    }
    assert {text: language.parse(text, inputs=inputs).type for text in inferred} == inferred


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text(string.printable, max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert "(no problem was told)" not in codes(text, INPUTS)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_no_mutation_breaks_the_reader(seed: int, data: st.DataObject) -> None:
    text = Writer(chance(seed)).any_expression(3)[:400]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 8)))
        junk = data.draw(
            st.sampled_from(("", "(", ")", "'", "--", "/*", "::", ";", "->", "[", "{"))
        )
        text = text[:start] + junk + text[end:]
    assert "(no problem was told)" not in codes(text, SAMPLE)
