"""Formulas: what is allowed means what Python says it means, everything else is refused."""

import calendar
import json
import logging
import math
from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.portfolio import formula
from seawall.portfolio.formula import UnableToUseFormula

COLUMNS = frozenset({"a", "b", "d", "e", "t", "on", "Loan Amount"})
TYPES = {"a": "INTEGER", "b": "INTEGER", "d": "DATE", "e": "DATE", "t": "VARCHAR"}
SMALL = st.integers(-9, 9)
DAYS = st.dates(date(1900, 2, 1), date(2100, 12, 31))


def given_by(text: str, **row: object) -> object:
    """What a formula gives over one row."""
    columns = ", ".join(f"CAST(${name} AS {TYPES[name]}) AS {name}" for name in row)
    query = f"SELECT {formula.sql(text, COLUMNS)} FROM (SELECT {columns or 'NULL'})"
    ((value,),) = duckdb.execute(query, row).fetchall()
    return value


def refused(text: str) -> str:
    with pytest.raises(UnableToUseFormula) as caught:
        formula.sql(text, COLUMNS)
    return caught.value.why


ARITHMETIC = st.recursive(
    st.sampled_from(["a", "b", "2", "7"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from([" + ", " - ", " * "]), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("(-{})".format)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(ARITHMETIC, SMALL, SMALL)
def test_arithmetic_is_what_python_makes_of_the_same_text(text: str, a: int, b: int) -> None:
    wanted = eval(text, {"a": a, "b": b})  # noqa: S307 - the second method: Python's own reader
    assert given_by(text, a=a, b=b) == wanted


Numbers = Callable[[int, int], object]
NUMBERS: list[tuple[str, Numbers]] = [
    ("a / 4", lambda a, _: a / 4),
    ("a % 4", lambda a, _: int(math.fmod(a, 4))),
    ("abs(a - b)", lambda a, b: abs(a - b)),
    ("least(a, b)", min),
    ("greatest(a, b)", max),
    ("coalesce(nullif(a, b), 99)", lambda a, b: 99 if a == b else a),
    ("round(a / 3, 2)", lambda a, _: round(a / 3, 2)),
    ("a < b or a >= 5 and not b = 2", lambda a, b: a < b or (a >= 5 and b != 2)),
    ("a <> b", lambda a, b: a != b),
    ("a between -2 and b", lambda a, b: -2 <= a <= b),
    ("a in (1, 2, b)", lambda a, b: a in {1, 2, b}),
    ("case when a > b then a when a = b then 0 else -b end",
     lambda a, b: a if a > b else 0 if a == b else -b),
    ("a is null", lambda _a, _b: False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "python"), NUMBERS, ids=[text for text, _ in NUMBERS])
def test_a_function_of_numbers_gives_what_python_gives(text: str, python: Numbers) -> None:
    for a in range(-6, 7):
        for b in (-3, 0, 2, 5):
            assert given_by(text, a=a, b=b) == python(a, b), (a, b)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("'A' || t", "A Ab "),
        ("upper(trim(t))", "AB"),
        ("lower(t)", " ab "),
        ("t like '%A_ '", True),
        ("t not like 'A%'", True),
        ("coalesce(null, t)", " Ab "),
        ("'it''s; -- not a /* comment'", "it's; -- not a /* comment"),
        ("date '2024-02-29'", date(2024, 2, 29)),
        ("true", True),
        ("null", None),
    ],
)
def test_texts_dates_and_constants_are_what_they_say(text: str, wanted: object) -> None:
    assert given_by(text, t=" Ab ") == wanted


def months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


@settings(deadline=None)
@given(DAYS, st.integers(-600, 600))
def test_add_months_keeps_the_day_or_clips_it_to_the_months_end(day: date, months: int) -> None:
    wanted = months_later(day, months)
    assert given_by("add_months(d, a)", d=day, a=months) == wanted
    assert given_by(f"add_months(d, {months})", d=day) == wanted


def test_a_month_after_the_31st_of_january_is_the_end_of_february() -> None:
    text = "Add_Months(date '2024-01-31', 1)"
    assert given_by(text) == date(2024, 2, 29)
    assert given_by("add_months(d, 1)", d=date(2023, 1, 31)) == date(2023, 2, 28)


@settings(deadline=None)
@given(DAYS, st.integers(-20_000, 20_000))
def test_days_added_are_the_days_between(day: date, days: int) -> None:
    later = day + timedelta(days=days)
    assert given_by("add_days(d, a)", d=day, a=days) == later
    assert given_by("days_between(d, e)", d=day, e=later) == days


@pytest.mark.parametrize("text", ["add_months(d, a)", "add_days(d, a)", "days_between(d, e)"])
def test_what_is_not_known_stays_unknown(text: str) -> None:
    assert given_by(text, d=None, e=date(2024, 1, 1), a=1) is None


@pytest.mark.parametrize("name", ["on", "Loan Amount"])
def test_a_column_may_be_called_anything_when_it_is_the_whole_formula(name: str) -> None:
    query = f'SELECT {formula.sql(f" {name} ", COLUMNS)} FROM (SELECT 7 AS "{name}")'
    assert duckdb.execute(query).fetchall() == [(7,)]


REFUSED = [
    ("read_csv('/etc/passwd')", "no function read_csv() of 1 values; there are: abs, add_days"),
    ("read_text('/etc/passwd')", "no function read_text() of 1 values"),
    ("getenv('HOME')", "no function getenv() of 1 values"),
    ("(SELECT 1)", "SUBQUERY"),
    ("a IN (SELECT a FROM other)", "is not allowed"),
    ("0IN", "IN needs a list of values"),
    ("a IN ()", "IN needs a list of values"),
    ("EXISTS (SELECT 1)", "is not allowed"),
    ("SELECT a", "SELECT"),
    ("FROM other", "SELECT"),
    ("a UNION SELECT 1", "UNION"),
    ("CAST(a AS VARCHAR)", "CAST is not allowed; the source declares the types"),
    ("a::VARCHAR", "CAST is not allowed; the source declares the types"),
    ("CAST(a AS DATE)", "CAST is not allowed; the source declares the types"),
    ("x + 1", "no column 'x'; there are: Loan Amount, a, b, d, e, on, t"),
    ("A + 1", "no column 'A'"),
    ("sum(a)", "no function sum() of 1 values"),
    ("sum(a) OVER ()", "WINDOW"),
    ("row_number() OVER (ORDER BY a)", "WINDOW"),
    ("lag(a) OVER ()", "WINDOW"),
    ("a; DROP TABLE other", "it is not one expression"),
    ("a; b", "it is not one expression"),
    ("a AS b", "ALIAS"),
    ("*", "STAR"),
    ("COLUMNS('a')", "COLUMNS"),
    ("?", "PLACEHOLDER"),
    ("$1", "PLACEHOLDER"),
    ("[a, b]", "ARRAY"),
    ("{'a': a}", "STRUCT"),
    ("current_date", "no column 'current_date'"),
    ("random()", "no function random() of 0 values"),
    ("ATTACH 'x.db'", "ATTACH"),
    ("COPY other TO 'x'", "COPY"),
    ("PRAGMA version", "PRAGMA"),
    ("add_days(d)", "no function add_days() of 1 values"),
    ("days_between(d, e, e)", "no function days_between() of 3 values"),
    ("foo(a)", "no function foo() of 1 values"),
    ("add_days(d, read_csv('x'))", "no function read_csv()"),
    ("add_days(d, read_text('x'))", "no function read_text()"),
    ("add_months(read_text('x'), 1)", "no function read_text()"),
    ("days_between(d, coalesce(add_days(e, getenv('HOME')), e))", "no function getenv()"),
    ("add_days(d, add_months(e, (SELECT 1)))", "SUBQUERY"),
    ("add_days(d, sum(a) OVER ())", "WINDOW"),
    ("add_days(d, x)", "no column 'x'"),
    ("\"read_text\"('x')", "is not allowed"),
    ("main.read_text('x')", "DOT"),
    ("'x'.read_text()", "DOT"),
    ("add_months(d, 1, 2)", "no function add_months() of 3 values"),
    ("round(a, 2, 3)", "no function round() of 3 values"),
    ("nullif(a, b, d)", "no function nullif() of 3 values"),
    ("coalesce()", "no function coalesce() of 0 values"),
    ("mod(a, b, 7)", "no function mod() of 3 values"),
    ("concat_ws('-', t, t)", "no function concat_ws()"),
    ("coalesce(DISTINCT a)", "DISTINCT"),
    ("round(a := 1)", "PROPERTYEQ"),
    ("TRY_CAST('2024-01-31' AS DATE)", "no function TRY_CAST()"),
    ("CAST('31.01.2024' AS DATE FORMAT 'DD.MM.YYYY')", "is not allowed"),
    ("b.a", "b.a is not allowed; name the column alone"),
    ("x.a", "x.a is not allowed; name the column alone"),
    ("m.x.a", "m.x.a is not allowed; name the column alone"),
    ("a.*", "is not allowed"),
    ("a in t", "a IN t is not allowed"),
    ("a like any ('x', 'y')", "ANY"),
    ("(a, b)", "TUPLE"),
    ("DATE '2024-02-30'", "'2024-02-30' is no date; write one as DATE '2019-03-31'"),
    ("add_days(DATE '2023-02-29', 1)", "'2023-02-29' is no date"),
    ("DATE 'infinity'", "'infinity' is no date"),
    ("DATE '2024-1-31'", "'2024-1-31' is no date"),
    ("DATE '20240131'", "'20240131' is no date"),
    ("DATE ''", "'' is no date"),
    ("DATE 20240131", "CAST is not allowed"),
    ("TIMESTAMP '2024-01-31'", "CAST is not allowed"),
    ("a +", ""), ("(a", ""), ("'a", ""), ("", ""), ("  ", ""), ("-- a", ""), ("/* a */", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_is_not_a_formula_is_refused_with_its_reason(text: str, why: str) -> None:
    assert why in refused(text)


DEEP = {
    "brackets": "(" * 990 + "a" + ")" * 990,
    "open brackets": "(" * 2_000,
    "lists": "[" * 2_000,
    "signs": "- " * 990 + "a",
    "not": "not " * 490 + "a",
    "case": "case when a then " * 80 + "b" + " end" * 80,
    "functions": "abs(" * 390 + "a" + ")" * 390,
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_formula_nested_without_end_is_refused(kind: str) -> None:
    assert refused(DEEP[kind]) == "nested too deeply; write it with fewer levels"


def test_a_long_sum_is_not_nested() -> None:
    assert given_by("+".join(["a"] * 900), a=2) == 1_800


def test_date_functions_stand_in_each_other() -> None:
    text = "add_days(add_months(add_days(d, 1), a), days_between(d, add_days(d, 3)))"
    # 2024-01-30, a day later 31, a month later 29 February, three days later 3 March
    assert given_by(text, d=date(2024, 1, 30), a=1) == date(2024, 3, 3)
    assert given_by("add_months(add_months(d, 1), 1)", d=date(2024, 1, 31)) == date(2024, 3, 29)
    assert given_by("coalesce(add_days(d, a), add_days(d, 1))", d=date(2024, 1, 31), a=None) == (
        date(2024, 2, 1)
    )


def test_an_argument_of_a_date_function_is_a_whole_by_itself() -> None:
    text = "add_days(case when a > b then d else e end, a - b) > add_days(e, 2 - 1)"
    row = {"a": 5, "b": 2, "d": date(2024, 1, 31), "e": date(2024, 2, 1)}
    assert given_by(text, **row) is True  # 3 February is after 2 February


def test_a_comment_ends_nothing() -> None:
    assert given_by("a -- */ + read_text('x') /*\n + 1", a=2) == 3


def test_a_formula_at_the_limit_is_used_and_a_longer_one_refused() -> None:
    longest = "a + b".ljust(2_000)
    assert formula.sql(longest, COLUMNS)
    with pytest.raises(UnableToUseFormula, match="longer than 2000 characters") as caught:
        formula.sql(longest + " ", COLUMNS)
    assert len(caught.value.formula) < 50


def test_a_refusal_says_the_formula_and_the_reason_without_colours() -> None:
    with pytest.raises(UnableToUseFormula) as caught:
        formula.sql("a +* b )", COLUMNS)
    assert str(caught.value) == f"'a +* b )': {caught.value.why}"
    assert "\x1b" not in str(caught.value)
    assert "\n" not in caught.value.why


WORDS = (
    "a b d e t on x 1 2.5 'x' '' ' \" ( ) , ; . * / % + - -- /* */ || = < <> [ ] { } :: $1 ? \\ \n"
    " DATE '2024-01-31' add_months( add_days( days_between( round( coalesce( case when then else"
    " end is null not in between and or like cast( as varchar select from where over sum( exists("
    " read_csv( read_text( getenv( mod( concat_ws( trim( :a . union"
    " attach escape distinct order by filter lambda -> := @ ~ 防线 \0"
)


def compiled(text: str) -> str | None:
    try:
        return formula.sql(text, COLUMNS)
    except UnableToUseFormula:
        return None


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=30) | st.lists(st.sampled_from(WORDS.split(" ")), max_size=9).map(" ".join))
def test_any_text_is_refused_or_one_scalar_expression(text: str) -> None:
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    made = compiled(text)
    if made is None or "\0" in made:
        return
    (read,) = duckdb.execute(
        "SELECT json_serialize_sql($1)", [f"SELECT {made} FROM rows"]
    ).fetchall()
    tree = json.loads(read[0])
    if not tree["error"]:  # what DuckDB itself cannot read can do no harm
        (statement,) = tree["statements"]
        (only,) = statement["node"]["select_list"]
        assert statement["node"]["from_table"]["table_name"] == "rows"
        assert not {"SUBQUERY", "WINDOW", "STAR"} & classes(only), made
        assert functions(only) <= HARMLESS, made


def classes(node: object) -> set[str]:
    """The classes of all nodes in an expression that DuckDB has read."""
    if isinstance(node, list):
        return {name for each in node for name in classes(each)}
    if not isinstance(node, dict):
        return set()
    return {str(node.get("class"))} | classes(list(node.values()))


HARMLESS = {
    *("+", "-", "*", "/", "%", "||", "~~", "!~~", "abs", "coalesce", "round", "least", "greatest"),
    *("date_diff", "to_months", "concat", "upper", "lower", "trim", "nullif"),
}


def functions(node: object) -> set[str]:
    """The names of all functions that DuckDB would call in an expression."""
    if isinstance(node, list):
        return {name for each in node for name in functions(each)}
    if not isinstance(node, dict):
        return set()
    own = {str(node["function_name"])} if "function_name" in node else set()
    return own | functions(list(node.values()))
