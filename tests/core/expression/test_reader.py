"""Our reader against sqlglot's, and against whatever a stranger may write."""

import string
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core.expression import language, reader, types
from seawall.core.expression.sample import INPUTS, Writer
from seawall.core.expression.tree import Form
from seawall.core.expression.writing import written
from seawall.core.problem import Place, Problem, UnableToUseInput
from tests.core.expression import oracle
from tests.core.expression.engines import chance, codes

WHERE = Place("rule.yaml")


def form_of(text: str) -> Form:
    found = reader.read(text, WHERE)
    if isinstance(found, Problem):
        pytest.fail(f"{text}: {found.sentence()}")
    return found


def bare(form: Form) -> object:
    """A form without places, of which sqlglot keeps few; with the types of its values."""
    value = repr(form.option)
    return form.operator, value, form.kind, [bare(each) for each in form.arguments]


TRICKY = (
    *("NOT a IS NULL", "NOT a = b", "NOT a BETWEEN 1 AND 2", "NOT a IN (1)", "NOT a LIKE 'x'"),
    *("NOT a AND b", "NOT NOT a", "a = NOT b = c", "a - NOT b", "a AND NOT b OR NOT c"),
    *("a = b = c", "a < b < c", "a = b < c", "a < b = c", "a <> b <= c == d != e"),
    *("a = b IS NULL", "a < b IS NOT TRUE", "a IS NULL = b", "a IS NULL < b", "a IS NULL IS NULL"),
    *("a IS NULL BETWEEN b AND c", "a IS NULL IN (b)", "a ISNULL", "a NOTNULL", "a NOT NULL"),
    *("a IS UNKNOWN", "a IS NOT FALSE OR b", "a < b NOT NULL", "a || b IS NULL"),
    *("a BETWEEN b AND c AND d", "a BETWEEN 1 AND 2 BETWEEN 3 AND 4", "a BETWEEN -1 AND - 2 + 3"),
    *("a NOT BETWEEN b || c AND d OR e", "a BETWEEN (b AND c) AND d", "a + b BETWEEN c AND d * e"),
    *("a NOT IN (1, 2)", "a NOT IN (1) IN (b)", "a IN (b AND c, d OR e)", "a IN [1, 2]"),
    *("a IN ((1), -2, +3)", "a NOT LIKE 'x' AND b", "a LIKE 'x' = b", "a || b LIKE 'x%'"),
    *("a LIKE '50!%' ESCAPE '!'", "a NOT LIKE '!_' escape '!' OR b", "a LIKE 'it''s'"),
    *("a || b + c", "a || b < c", "a + b || c", "a - b - c", "a / b * c % d", "a - (b - c)"),
    *("-a ** 2", "2 ** -a ** b", "a ^ b ^ c", "-a * b", "a * -b", "- -a", "- - 3", "-(3)"),
    *("-(-3)", "-((3))", "-(a)", "-(3 + a)", "+a", "+ + a", "a - -1", "a -1", "a+-1"),
    *("a<-1", "a<=-1", "a=-1", "a!=-1", "a--1\n+2", "a -- c", "-- c\na", "a - - -1"),
    *("a /* x */ + 1", "a /* x /* y */ z */ + 1", "/**/a", "a /* ' */ + 1", "a /* -- */ + 1"),
    *("'--' || '/*'", '"--" + "/*"', "a -- it's\n+ 1", "a-- 'x\n|| 'y'"),
    *('"a""b" + 1', '""', '"and" AND "or"', '"a b"', '"A"', '"防线" > 1', "防线 > 1", "ä$1 + a_1"),
    *("'it''s'", "''", "''''", "'\"'", "'\\'", "'a\nb' || c", "'😀'", "a||'x'||b"),
    *("1e5", "1E+5", "1e-5", "1.e5", "1.5e3", ".5", "1.", "1_000", "0.1", "-.5", "-1.e-5", "007"),
    *("9223372036854775807", "-9223372036854775808", "5e-324", "1.7976931348623157e308"),
    *("CASE a WHEN 1 THEN 2 END", "CASE WHEN a THEN b WHEN c THEN d ELSE e END"),
    *(
        "CASE CASE a WHEN 1 THEN 2 END WHEN CASE WHEN b THEN c END THEN CASE d WHEN e THEN 1 END END",
    ),
    *("CASE WHEN a = 1 OR b THEN c IS NULL ELSE NOT d END = e", "CASE -1 WHEN a THEN 'x' END || b"),
    *("case a when 1 then 2 else 3 end", "IF(a, 1, 2)", "IF(a, 1)", "iif(a, b, c)"),
    *("ROUND(a)", "ROUND(a, -1)", "round(a, - 1)", "ROUND(a, +1)", "SUBSTRING(a, 1, 2)"),
    *("SUBSTRING(a FROM 1 FOR 2)", "substr(a, 3, 0)", "LOG(10, a)", "LOG10(a)", "MOD(a, b)"),
    *("ABS ( a )", "ABS\n(\na\n)", "COALESCE(a)", "least(a, b AND c, d)", "IFNULL(a, b)"),
    *("POW(a, b)", "CEILING(a)", "LEN(a)", "UCASE(a)", "WHOLE_MONTHS(a, b)", "a ^@ b"),
    *("TRY_CAST(a AS INTEGER)", "try_cast(a as double)", "TRY_CAST(a AS DOUBLE PRECISION)"),
    *("TRY_CAST(a + b AS TIMESTAMP)", "TRY_CAST(NULL AS TEXT)", "TRY_CAST(a OR b AS VARCHAR)"),
    *("DATE '2024-01-31'", "date\n'2024-01-31'", "TIMESTAMP '2024-01-31 08:30:00' < a", "date + 1"),
    *("'2024-01-31'::DATE", "a < '2024-01-31'::DATE AND b", "CAST('2024-01-31' AS DATE)"),
    *(
        "a\u00a0+\u30001",
        "a\r\n+\tb",
        "a\u2028+ b",
        "a\u0085+ b",
        "a\u200b + 1",
        " a ",
        "a;",
        "a ;",
    ),
    *("((a))", "(a AND b) AND c", "a AND (b AND c)", "a OR b AND c OR d", "(a OR b) AND c"),
    *("a AND b AND c OR d OR e AND f", "order + limit", "Null is NULL", "TRUE and False"),
)


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_texts_are_read_as_sqlglot_reads_them(text: str) -> None:
    assert bare(form_of(text)) == bare(oracle.read(text))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_random_expressions_are_read_as_sqlglot_reads_them(seed: int, depth: int) -> None:
    text = Writer(chance(seed)).any_expression(depth)
    # Only size may stop what the writer writes.
    if codes(text, INPUTS) == {"expression-too-large"}:
        return
    again = written(language.parse(text, inputs=INPUTS).node)
    assert bare(form_of(text)) == bare(oracle.read(text))
    assert bare(form_of(again)) == bare(oracle.read(again))


OPERANDS = ("a", "1", ".5", "'x'", "NULL", "TRUE", "-2", "- b", "+3", "NOT c", "(d)", "ABS(e)")
OPERATORS = (
    *("+", "-", "*", "/", "%", "||", "**", "^", "=", "<>", "<", "<=", ">", ">=", "AND", "OR"),
    *(
        "BETWEEN 1 AND",
        "NOT BETWEEN f AND",
        "IN (1, g) OR",
        "NOT IN (2) =",
        "IS NULL =",
        "NOT NULL OR",
    ),
    *(
        "IS NOT TRUE AND",
        "LIKE 'p%' =",
        "NOT LIKE 'q' OR",
        "IS NULL <",
        "AND NOT",
        "= NOT",
        "ISNULL =",
    ),
)


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_operators_bind_as_sqlglot_binds_them(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(OPERANDS))
    for _ in range(data.draw(st.integers(1, 6))):
        text += f" {data.draw(st.sampled_from(OPERATORS))} {data.draw(st.sampled_from(OPERANDS))}"
    assert bare(form_of(text)) == bare(oracle.read(text))


REFUSED = {
    "x::int": "Use TRY_CAST",
    "x::int + 1": "Use TRY_CAST",
    "CAST(x AS INT)": "Use TRY_CAST",
    "(SELECT 1)": "features",
    "a IN (SELECT b FROM c)": "features",
    "EXISTS (SELECT 1)": "features",
    "COALESCE((SELECT 1), 2)": "features",
    "CASE WHEN (SELECT a) THEN 1 END": "features",
    "a // b": "FLOOR(a / b)",
    "a ILIKE 'x'": "LOWER(a) LIKE",
    "a NOT ILIKE 'x'": "LOWER(a) LIKE",
    "CONCAT(a, b)": "a || b",
    "LOG(a)": "LOG10(a)",
    "EXTRACT(year FROM a)": "YEAR(a)",
    "DATE_DIFF('day', a, b)": "WHOLE_MONTHS",
    "a + INTERVAL 1 DAY": "opened_on + 30",
    "a + INTERVAL '1' DAY": "opened_on + 30",
    "t.a": "without a table",
    "CURRENT_DATE": "as an input",
    "NOW()": "as an input",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_sql_has_and_the_language_has_not_is_refused_with_its_remedy(text: str) -> None:
    found = reader.read(text, WHERE)
    assert isinstance(found, Problem)
    assert found.code == "expression-not-in-language"
    assert REFUSED[text] in found.remedy.en
    assert found.remedy.zh != found.remedy.en


STRICTER = ("TRY_CAST(a AS INTEGER", "ABS(a", "CASE WHEN a 1 END", "a BETWEEN 1 2", "1a", "a ?? b")


@pytest.mark.parametrize("text", STRICTER)
def test_what_sqlglot_forgives_is_refused(text: str) -> None:
    assert isinstance(reader.read(text, WHERE), Problem)


def test_a_form_knows_where_it_starts() -> None:
    form = form_of("a < 1\n  AND -- c\n  NOT ABS(b) IN (DATE '2024-01-31', -3)")
    first, second = form.arguments
    (inner,) = second.arguments
    assert [first.at, first.arguments[1].at, second.at] == [(1, 1), (1, 5), (3, 3)]
    assert [each.at for each in inner.arguments] == [(3, 7), (3, 18), (3, 37)]


def test_a_foreign_letter_becomes_no_word() -> None:
    # The capital of a dotless i is I, that of a long s is S.
    for text in ("a \u0131s NULL", "AB\u017f(1)", "a \u0131n (1)"):
        assert isinstance(reader.read(text, WHERE), Problem)


PIECES = (
    *("a", "1", "'x'", '"', "'", "(", ")", "[", "]", "{", ",", ";", ".", "::", "--", "/*", "*/"),
    *("\n", " ", "NOT", "-", "+", "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "IS", "NULL"),
    *(
        "IN",
        "BETWEEN",
        "LIKE",
        "ESCAPE",
        "ABS",
        "ROUND",
        "SUBSTRING",
        "TRY_CAST",
        "CAST",
        "AS",
        "LOG",
    ),
    *(
        "INTEGER",
        "DATE",
        "DOUBLE",
        "PRECISION",
        "SELECT",
        "FROM",
        "FOR",
        "INTERVAL",
        "IF",
        "1e",
        "==",
    ),
)


@settings(max_examples=2000, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
    | st.text(max_size=60)
    | st.text(string.printable, max_size=60)
)
def test_any_text_is_an_expression_or_a_problem(text: str) -> None:
    found = reader.read(text, WHERE)
    assert isinstance(found, Form | Problem)
    if isinstance(found, Problem):
        assert found.sentence("en")
        assert found.sentence("zh")
        line, column = found.where.line, found.where.column
        assert line is not None
        assert line <= text.count("\n") + 1
        assert isinstance(column, int)
        assert 1 <= column <= len(text) + 1


REPEATED = (
    *(
        "(",
        "-",
        "- ",
        "+",
        "NOT ",
        "a = NOT ",
        "-(",
        "a + (",
        "ABS(",
        "CASE WHEN ",
        "CASE ",
        "a IN (",
    ),
    *("CASE WHEN a THEN ", "COALESCE(a, ", "a BETWEEN ", "a BETWEEN 1 AND ", "a IS NULL ", "a ** "),
    *("a AND ", "a OR ", "a AND NOT ", "a || ", "a LIKE ", "TRY_CAST(", "a IN (1) IN (", "a = "),
    *(
        "'",
        '"',
        "''",
        "/*",
        "/* */",
        "*/",
        "--\n",
        "-- ",
        " ",
        "\n",
        "9",
        "9_",
        "1.",
        "1e",
        ".5 ",
        ";",
    ),
    *(
        "a < ",
        "ROUND(",
        "IF(a, ",
        "a::",
        "a::INTEGER ",
        "[",
        "{",
        "a.",
        "\n+",
        "DATE ",
        "ab",
        "'a' ",
    ),
)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("end", ["", "a", ")" * 30])
def test_a_long_text_neither_hangs_nor_nests_too_deeply(piece: str, end: str) -> None:
    frames = sys.getrecursionlimit()
    for count in (40, 900, 5_000 // len(piece), 9_900 // len(piece)):
        text = piece * count + end
        began = time.perf_counter()
        try:
            # As if the caller had used most of Python's frames already.
            sys.setrecursionlimit(550)
            found = reader.read(text, WHERE)
        finally:
            sys.setrecursionlimit(frames)
        assert isinstance(found, Form | Problem)
        # A quadratic reader would need seconds; a linear one some milliseconds.
        assert time.perf_counter() - began < 1


def test_limits_refuse_what_is_beyond_them_and_nothing_before() -> None:
    inputs = {"a": types.INTEGER, "b": types.BOOLEAN}
    within = (
        "(" * reader.NESTING_MOST + "a" + ")" * reader.NESTING_MOST,
        "a" + " + a" * reader.DEPTH_MOST,
        "NOT " * reader.DEPTH_MOST + "b",
        "ABS(" * reader.NESTING_MOST + "a" + ")" * reader.NESTING_MOST,
        "b" + " AND b" * 900,
        "COALESCE(" + "a, " * (reader.PARTS_MOST - 1) + "a)",
        "a IN (" + "1, " * 900 + "1)",
    )
    for text in within:
        assert language.parse(text, inputs=inputs).text == text
    beyond = (
        "(" * 21 + "a" + ")" * 21,
        "a" + " + a" * (reader.DEPTH_MOST + 1),
        "NOT " * (reader.DEPTH_MOST + 1) + "b",
        "ABS(" * 21 + "a" + ")" * 21,
        "b" + " AND b" * 1_000,
        "COALESCE(" + "a, " * reader.PARTS_MOST + "a)",
        "-" + "(" * 21 + "3" + ")" * 21,
    )
    for text in beyond:
        with pytest.raises(UnableToUseInput) as caught:
            language.parse(text, inputs=inputs)
        assert [each.code for each in caught.value.problems] == ["expression-too-large"]
