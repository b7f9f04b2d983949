# ruff: noqa: DTZ001 - times of the language are UTC without an offset
"""The usual traps, each with the answer that SQL or IEEE 754 gives, not the answer we gave once."""

import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from seawall.core.expression import language, types
from seawall.core.expression.python import python_function
from seawall.core.expression.sql import sql_text
from seawall.core.expression.types import Value

INPUTS = {
    "b": types.BOOLEAN,
    "i": types.INTEGER,
    "j": types.INTEGER,
    "x": types.NUMBER,
    "y": types.NUMBER,
    "s": types.TEXT,
    "d": types.DATE,
    "t": types.TIMESTAMP,
}
ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
LEAST = -(2**63)
MOST = 2**63 - 1

PROBES: list[tuple[str, str, dict[str, Value], Value]] = [
    # Case sensitivity: SQL's default collation for = is binary in both engines.
    ("case matters", "s = 'oslo'", {"s": "Oslo"}, False),
    ("case matters in LIKE", "s LIKE 'os%'", {"s": "Oslo"}, False),
    ("trailing spaces matter", "s = 'Oslo '", {"s": "Oslo"}, False),
    # Integer division.
    ("1 / 2 is a half", "i / j", {"i": 1, "j": 2}, 0.5),
    ("-7 / 2 is not cut", "i / j", {"i": -7, "j": 2}, -3.5),
    # Rounding of .5, half away from zero, of the number as written.
    ("round 0.5", "ROUND(x, 0)", {"x": 0.5}, 1.0),
    ("round 2.5, not to even", "ROUND(x, 0)", {"x": 2.5}, 3.0),
    ("round -0.5, away from zero", "ROUND(x, 0)", {"x": -0.5}, -1.0),
    ("round 2.675, whose double lies below", "ROUND(x, 2)", {"x": 2.675}, 2.68),
    ("round 0.285, whose product lies below", "ROUND(x, 2)", {"x": 0.285}, 0.29),
    ("round 1.005", "ROUND(x, 2)", {"x": 1.005}, 1.01),
    ("round the double below one half", "ROUND(x, 0)", {"x": 0.49999999999999994}, 0.0),
    ("round 1e15 + 0.5", "ROUND(x, 0)", {"x": 1e15 + 0.5}, 1e15 + 1),
    ("round to hundreds", "ROUND(x, -2)", {"x": 1250.0}, 1300.0),
    ("round what has no fraction", "ROUND(x, 2)", {"x": 1e300}, 1e300),
    # NULL in lists (SQL:2023 8.4).
    ("NULL in a list, found", "i IN (1, NULL)", {"i": 1}, True),
    ("NULL in a list, not found", "i IN (2, NULL)", {"i": 1}, None),
    ("NOT IN with NULL, not found", "i NOT IN (2, NULL)", {"i": 1}, None),
    ("NOT IN with NULL, found", "i NOT IN (1, NULL)", {"i": 1}, False),
    ("NULL is in no list", "i IN (1, 2)", {"i": None}, None),
    # Kleene.
    ("NULL AND FALSE", "b AND FALSE", {"b": None}, False),
    ("NULL OR TRUE", "b OR TRUE", {"b": None}, True),
    ("NOT NULL", "NOT b", {"b": None}, None),
    ("NULL = NULL", "i = j", {"i": None, "j": None}, None),
    ("half a BETWEEN decides", "i BETWEEN j AND 3", {"i": 5, "j": None}, False),
    ("half a BETWEEN does not decide", "i BETWEEN j AND 9", {"i": 5, "j": None}, None),
    ("IS TRUE of NULL", "b IS TRUE", {"b": None}, False),
    ("IS NOT FALSE of NULL", "b IS NOT FALSE", {"b": None}, True),
    # Strings by code point.
    ("Z before a", "s < 'a'", {"s": "Z"}, True),
    ("above the surrogates", "s > '\uffee'", {"s": "😀"}, True),
    ("a combined letter is another text", "s = 'é'", {"s": "e\u0301"}, False),
    ("length in code points", "LENGTH(s)", {"s": "a😀é"}, 3),
    ("LOWER only knows ASCII", "LOWER(s)", {"s": "ÀBİ"}, "Àbİ"),
    ("TRIM only knows spaces", "TRIM(s)", {"s": " \ta "}, "\ta"),
    # LIKE.
    ("% spans lines", "s LIKE 'a%b'", {"s": "a\nb"}, True),
    ("_ is a line break too", "s LIKE 'a_b'", {"s": "a\nb"}, True),
    ("_ is one code point", "s LIKE '_'", {"s": "😀"}, True),
    ("escaped %", "s LIKE '50!%' ESCAPE '!'", {"s": "50%"}, True),
    ("escaped % matches nothing else", "s LIKE '50!%' ESCAPE '!'", {"s": "505"}, False),
    ("a backslash is a letter", "s LIKE 'a\\%'", {"s": "a\\b"}, True),
    ("a dot is a letter", "s LIKE 'a.b'", {"s": "axb"}, False),
    ("LIKE is about the whole", "s LIKE 'a'", {"s": "a\n"}, False),
    # Zeros, infinities, NaN.
    ("-0.0 equals 0.0", "x = 0", {"x": -0.0}, True),
    ("no -0.0 comes out", "-x", {"x": 0.0}, 0.0),
    ("NaN reads as NULL", "x IS NULL", {"x": math.nan}, True),
    ("infinity reads as NULL", "x > 0", {"x": math.inf}, None),
    ("infinity in the middle", "1 / (x * 10)", {"x": 1e308}, None),
    ("infinity minus infinity", "x * 10 - x * 10", {"x": 1e308}, None),
    ("infinity is not compared", "x * 10 > 0", {"x": 1e308}, None),
    ("EXP overflows", "EXP(x)", {"x": 1000.0}, None),
    ("LN of zero", "LN(x)", {"x": 0.0}, None),
    ("root of a negative", "SQRT(x)", {"x": -1.0}, None),
    ("0 to a negative power", "POWER(x, -1)", {"x": 0.0}, None),
    ("0 to the power 0", "POWER(x, 0)", {"x": 0.0}, 1.0),
    # Overflow at 2^63.
    ("2^63 - 1 + 1", "i + 1", {"i": MOST}, None),
    ("-2^63 - 1", "i - 1", {"i": LEAST}, None),
    ("-(-2^63)", "-i", {"i": LEAST}, None),
    ("ABS(-2^63)", "ABS(i)", {"i": LEAST}, None),
    ("2^62 * 2", "i * 2", {"i": 2**62}, None),
    ("2^62 * -2 fits", "i * -2", {"i": 2**62}, LEAST),
    ("2^53 + 1 is exact", "i = 9007199254740992", {"i": 2**53 + 1}, False),
    ("the least integer can be written", "i = -9223372036854775808", {"i": LEAST}, True),
    # Remainders have the sign of the dividend.
    ("-7 % 3", "i % j", {"i": -7, "j": 3}, -1),
    ("7 % -3", "i % j", {"i": 7, "j": -3}, 1),
    ("-2^63 % -1", "i % j", {"i": LEAST, "j": -1}, 0),
    ("-7.5 % 2", "x % 2", {"x": -7.5}, -1.5),
    ("% 0", "i % j", {"i": 7, "j": 0}, None),
    # LEAST and GREATEST: NULL where one is (SQL:2023 6.35).
    ("LEAST with NULL", "LEAST(i, j)", {"i": 1, "j": None}, None),
    ("GREATEST with NULL", "GREATEST(i, j)", {"i": None, "j": 1}, None),
    ("COALESCE does pass over NULL", "COALESCE(i, j)", {"i": None, "j": 1}, 1),
    # CASE.
    ("CASE without ELSE", "CASE WHEN b THEN 1 END", {"b": False}, None),
    ("CASE on NULL", "CASE WHEN b THEN 1 ELSE 2 END", {"b": None}, 2),
    ("NULL equals no branch", "CASE i WHEN NULL THEN 1 ELSE 2 END", {"i": None}, 2),
    # Division by zero.
    ("x / 0", "x / y", {"x": 1.0, "y": 0.0}, None),
    ("0 / 0", "x / y", {"x": 0.0, "y": 0.0}, None),
    ("x / -0", "x / y", {"x": 1.0, "y": -0.0}, None),
    ("an unlucky branch is not run", "CASE WHEN y <> 0 THEN x / y END", {"x": 1.0, "y": 0.0}, None),
    # Dates.
    ("29 February", "d + 1", {"d": date(2024, 2, 28)}, date(2024, 2, 29)),
    ("no 29 February", "d + 1", {"d": date(2023, 2, 28)}, date(2023, 3, 1)),
    ("days of a leap year", "DATE '2025-01-01' - d", {"d": date(2024, 1, 1)}, 366),
    ("after the last day", "d + 1", {"d": date(9999, 12, 31)}, None),
    ("before the first day", "d - 1", {"d": date(1, 1, 1)}, None),
    ("many days", "d + i", {"d": date(2024, 1, 1), "i": MOST}, None),
    ("31 January to 29 February", "WHOLE_MONTHS(d, DATE '2024-02-29')", {"d": date(2024, 1, 31)}, 0),
    ("31 January to 31 March", "WHOLE_MONTHS(d, DATE '2024-03-31')", {"d": date(2024, 1, 31)}, 2),
    ("backwards, rounded down", "WHOLE_MONTHS(d, DATE '2024-03-10')", {"d": date(2024, 3, 15)}, -1),
    ("the day before a birthday", "WHOLE_YEARS(d, DATE '2024-05-06')", {"d": date(2006, 5, 7)}, 17),
    ("the birthday", "WHOLE_YEARS(d, DATE '2024-05-07')", {"d": date(2006, 5, 7)}, 18),
    ("born on 29 February", "WHOLE_YEARS(d, DATE '2022-02-28')", {"d": date(2004, 2, 29)}, 17),
    ("1 January 2024 was a Monday", "ISODOW(d)", {"d": date(2024, 1, 1)}, 1),
    ("4 January 2026 was a Sunday", "ISODOW(d)", {"d": date(2026, 1, 4)}, 7),
    ("a date is its midnight", "t = d", {"t": datetime(2024, 1, 1), "d": date(2024, 1, 1)}, True),
    ("one microsecond later", "t > d", {"t": datetime(2024, 1, 1, 0, 0, 0, 1), "d": date(2024, 1, 1)}, True),
    ("seconds round down", "SECONDS_BETWEEN(t, d)", {"t": datetime(2024, 1, 1, 0, 0, 0, 1), "d": date(2024, 1, 1)}, -1),
    # TRY_CAST.
    ("spaces around digits", "TRY_CAST(s AS INTEGER)", {"s": " 12 "}, 12),
    ("an exponent is no integer", "TRY_CAST(s AS INTEGER)", {"s": "1e3"}, None),
    ("an exponent is a number", "TRY_CAST(s AS DOUBLE)", {"s": "1e3"}, 1000.0),
    ("no letters", "TRY_CAST(s AS INTEGER)", {"s": "TRUE"}, None),
    ("TRUE is true", "TRY_CAST(s AS BOOLEAN)", {"s": "TRUE"}, True),
    ("yes is no boolean", "TRY_CAST(s AS BOOLEAN)", {"s": "yes"}, None),
    ("nothing is no integer", "TRY_CAST(s AS INTEGER)", {"s": ""}, None),
    ("full-width digits", "TRY_CAST(s AS INTEGER)", {"s": "１２"}, None),
    ("underscores", "TRY_CAST(s AS INTEGER)", {"s": "1_000"}, None),
    ("a line break after digits", "TRY_CAST(s AS INTEGER)", {"s": "12\n"}, None),
    ("2^63 as text", "TRY_CAST(s AS INTEGER)", {"s": "9223372036854775808"}, None),
    ("-2^63 as text", "TRY_CAST(s AS INTEGER)", {"s": "-9223372036854775808"}, LEAST),
    ("infinity as text", "TRY_CAST(s AS DOUBLE)", {"s": "inf"}, None),
    ("1e999 as text", "TRY_CAST(s AS DOUBLE)", {"s": "1e999"}, None),
    ("a fraction is no integer", "TRY_CAST(x AS INTEGER)", {"x": 2.5}, None),
    ("2^63 as a number", "TRY_CAST(x AS INTEGER)", {"x": 2.0**63}, None),
    ("29 February 2023", "TRY_CAST(s AS DATE)", {"s": "2023-02-29"}, None),
    ("29 February 2024", "TRY_CAST(s AS DATE)", {"s": "2024-02-29"}, date(2024, 2, 29)),
    ("24 o'clock", "TRY_CAST(s AS TIMESTAMP)", {"s": "2024-01-31 24:00:00"}, None),
    ("year 0", "TRY_CAST(s AS DATE)", {"s": "0000-01-01"}, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def same(found: object, wanted: object) -> bool:
    """Equal, of one type, and for zeros of one sign."""
    if isinstance(found, float) and isinstance(wanted, float):
        return found == wanted and math.copysign(1.0, found) == math.copysign(1.0, wanted)
    return type(found) is type(wanted) and found == wanted


@pytest.mark.parametrize(
    ("text", "record", "wanted"), [p[1:] for p in PROBES], ids=[p[0] for p in PROBES]
)
class TestTrap:
    def test_in_python(self, text: str, record: dict[str, Value], wanted: Value) -> None:
        expression = language.parse(text, inputs=INPUTS)
        given = [record.get(name) for name in expression.names]
        assert same(python_function(expression)(*given), wanted)

    def test_in_duckdb(
        self,
        text: str,
        record: dict[str, Value],
        wanted: Value,
        connection: duckdb.DuckDBPyConnection,
    ) -> None:
        expression = language.parse(text, inputs=INPUTS)
        columns = {
            name: pa.array([record.get(name)], ARROW[type_.kind], from_pandas=False)
            for name, type_ in INPUTS.items()
        }
        connection.register("record", pa.table(columns))
        answer = connection.execute(f"SELECT {sql_text(expression)} FROM record").fetchall()
        assert same(answer[0][0], wanted)


def test_money_in_decimals_means_what_it_says() -> None:
    expression = language.parse("x >= 1000.10", inputs=INPUTS)
    amounts = [Decimal("1000.09"), Decimal("1000.10"), Decimal("90071992547409.91")]
    table = pa.table({"x": pa.array(amounts, pa.decimal128(18, 2))})
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("record", table)
        answer = connection.execute(f"SELECT {sql_text(expression)} FROM record").fetchall()
    assert [row[0] for row in answer] == [False, True, True]
    assert [python_function(expression)(amount) for amount in amounts] == [False, True, True]


def test_amounts_below_2_53_cents_are_the_nearest_double_in_both() -> None:
    expression = language.parse("x", inputs=INPUTS)
    cents = [1, 10, 29, 57, 100_10, 2**53 - 1, 2**53 - 59, -(2**53) + 3]
    amounts = [Decimal(cent).scaleb(-2) for cent in cents]
    table = pa.table({"x": pa.array(amounts, pa.decimal128(18, 2))})
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("record", table)
        answer = connection.execute(f"SELECT {sql_text(expression)} FROM record").fetchall()
    assert [row[0] for row in answer] == [float(str(amount)) for amount in amounts]
    assert [python_function(expression)(amount) for amount in amounts] == [row[0] for row in answer]
