"""The one table of all operators: what each takes, gives and means, and what it becomes.

An overload is one line: the kinds it takes, the kind it gives, its Python and its SQL. Both are
templates over the compiled arguments `{0}`, `{1}`, `{all}` and over settings that the text fixes.
Unless an operator is a form (`python` is empty: it treats NULL in its own way, and `python.py` and
`sql.py` each spell it out), its result is NULL where an argument is.

A number may for a while be *raw*: infinite or NaN in the middle of a sum. Both compilations carry
raw numbers along where infinity cannot turn finite again, and turn them into NULL everywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from seawall.core.expression import functions
from seawall.core.expression.types import Kind
from seawall.core.text import Text

Raw = Literal["never", "carries", "starts", "swallows"]
"""What becomes of raw numbers: `never` takes none and gives none; `carries` gives raw for raw;
`starts` takes none and may give raw; `swallows` takes raw and gives none."""

STARTS_RAW = ("+", "-", "*", "LN", "LOG10", "SQRT")
"""Operators that carry raw numbers and can also give one for finite arguments."""

GUARD = "CASE WHEN ABS({v}) <= 1.7976931348623157E308 THEN {v} END"
CUT = "({v} * 4097E0 - ({v} * 4097E0 - {v}))"
CODE = "((YEAR({v}) * 12 + MONTH({v})) * 32 + DAY({v}))"
DAYS = "DATE_DIFF('day', DATE '0001-01-01', {v})"
TO_DAY = "CASE WHEN {v} BETWEEN 0 AND 3652058 THEN DATE '0001-01-01' + CAST({v} AS INTEGER) END"
WHOLE = "CASE WHEN ABS({v}) < 4503599627370496E0 THEN CAST(%s({v}) AS DOUBLE) ELSE {v} END"
ROUND = (
    "CASE WHEN ABS({v}) {up} {scale} < 4503599627370496E0 THEN SIGN({v}) * "
    "(FLOOR(ABS({v}) {up} {scale}) + CASE WHEN ABS({v}) >= (FLOOR(ABS({v}) {up} {scale}) + 0.5E0) "
    "{down} {scale} THEN 1E0 ELSE 0E0 END) {down} {scale} ELSE {v} END"
)
DIVISOR = "CASE {v} WHEN -1 THEN 1 WHEN 0 THEN NULL ELSE {v} END"
NONZERO = "CASE WHEN {v} <> 0E0 THEN {v} END"
TO_INTEGER = (
    # The range stands first: Spark's FLOOR raises beyond it, and AND stops at the first FALSE.
    "CASE WHEN {v} >= -9223372036854775808E0 AND {v} < 9223372036854775808E0 "
    "AND {v} = FLOOR({v}) THEN CAST({v} AS BIGINT) END"
)
SECONDS = "(({v} - (({v} % 1000000) + 1000000) % 1000000) // 1000000)"
LOWERED = f"TRANSLATE({{0}}, '{functions.UPPER}', '{functions.LOWER}')"
UPPERED = f"TRANSLATE({{0}}, '{functions.LOWER}', '{functions.UPPER}')"


def _parsed(pattern: str, kind: str) -> str:
    found = "REGEXP_MATCHES({v}, '^" + pattern + "\\z')"
    return f"CASE WHEN {found} THEN TRY_CAST(TRIM({{v}}, ' ') AS {kind}) END"


def _exact(sign: str) -> str:
    wide = "CAST({%d} AS HUGEINT)"
    return f"TRY_CAST({wide % 0} {sign} {wide % 1} AS BIGINT)"


@dataclass(frozen=True)
class Overload:
    """One operator over certain kinds.

    Attributes:
        operator: the operator's name.
        takes: kinds of the arguments; a last kind may repeat.
        gives: kind of the result.
        python: template of the Python expression; each argument stands in it once.
        sql: template of the SQL expression; each argument stands in it once.
        repeats: whether the last argument may come more than once.
        null_when: a Python condition on arguments under which the result is NULL.
        partial: whether the Python itself can give None.
        bounded: whether the Python can leave the 64-bit integers, and is NULL there.
        raw: see `Raw`.
        before: a SQL template over one argument, `{v}`, for each argument that needs one.
        after: a SQL template over the whole, `{v}`.
    """

    operator: str
    takes: tuple[Kind, ...]
    gives: Kind
    python: str = ""
    sql: str = ""
    repeats: bool = False
    null_when: str = ""
    partial: bool = False
    bounded: bool = False
    raw: Raw = "never"
    before: tuple[str, ...] = ()
    after: str = ""

    @cached_property
    def may_be_null(self) -> bool:
        """Whether the result can be NULL although no argument is."""
        raw = self.raw in ("carries", "starts")
        return self.partial or self.bounded or raw or bool(self.null_when)


@dataclass(frozen=True)
class Operator:
    """An operator as people know it.

    Attributes:
        name: as in problems and documentation.
        form: how it is written.
        example: an expression over the inputs of `reference.INPUTS`.
        meaning: what it gives, and when NULL.
        overloads: from the narrowest to the widest.
    """

    name: str
    form: str
    example: str
    meaning: Text
    overloads: tuple[Overload, ...]


EVERY: tuple[Kind, ...] = ("boolean", "integer", "number", "text", "date", "timestamp")
ORDERED: tuple[Kind, ...] = ("integer", "number", "text", "date", "timestamp")


def _sum(sign: str) -> tuple[Overload, ...]:
    text = f"{{0}} {sign} {{1}}"
    return (
        Overload(sign, ("integer",) * 2, "integer", text, _exact(sign), bounded=True),
        Overload(sign, ("number",) * 2, "number", text, text, raw="carries"),
    )


def _compare(name: str, python: str, kinds: tuple[Kind, ...]) -> tuple[Overload, ...]:
    text = f"{{0}} {python} {{1}}"
    return tuple(
        Overload(name, (kind, kind), "boolean", text, f"{{0}} {name} {{1}}") for kind in kinds
    )


EXACT_COUNT = ("IS NULL", "IS TRUE", "IS FALSE", "BETWEEN", "NULLIF")
"""Forms whose last argument does not repeat."""


def _form(name: str, kinds: tuple[Kind, ...], count: int, gives: Kind | None) -> Iterator[Overload]:
    for kind in kinds:
        yield Overload(name, (kind,) * count, gives or kind, repeats=name not in EXACT_COUNT)


def _whole(name: str, python: str) -> tuple[Overload, ...]:
    return (
        Overload(name, ("integer",), "integer", "{0}", "{0}"),
        Overload(
            name, ("number",), "number", f"{python}({{0}})", "{0}", raw="carries",
            after=WHOLE % name,
        ),
    )  # fmt: skip


def _library(name: str, python: str, raw: Raw, count: int = 1) -> tuple[Overload, ...]:
    arguments = ", ".join(f"{{{index}}}" for index in range(count))
    number: Kind = "number"
    takes = (number,) * count
    return (
        Overload(
            name, takes, "number", f"{python}({arguments})", f"{name}({arguments})",
            raw=raw, after=CUT,
        ),
    )  # fmt: skip


def _part(name: str, python: str, kinds: tuple[Kind, ...]) -> tuple[Overload, ...]:
    sql = f"CAST({name}({{0}}) AS BIGINT)"
    return tuple(Overload(name, (kind,), "integer", f"{{0}}.{python}", sql) for kind in kinds)


def _of_texts(name: str, python: str) -> tuple[Overload, ...]:
    return (Overload(name, ("text", "text"), "boolean", python, f"{name}({{0}}, {{1}})"),)


OPERATORS: tuple[Operator, ...] = (
    Operator("+", "a + b", "income + other_income", Text(
        en="Sum. Integers: NULL outside 64 bits. Date + integer: so many days later, NULL outside "
        "the years 1 to 9999.",
        zh="加法。整数超出 64 位为 NULL；日期加整数为若干天之后，超出 1 至 9999 年为 NULL。",
    ), (
        *_sum("+"),
        Overload("+", ("date", "integer"), "date", "add_days({0}, {1})",
                 "TRY_CAST(CAST({0} AS HUGEINT) + CAST({1} AS HUGEINT) AS BIGINT)",
                 partial=True, before=(DAYS, "{v}"), after=TO_DAY),
    )),
    Operator("-", "a - b", "applied_on - opened_on", Text(
        en="Difference, as for +. Date - date: the days from the second to the first.",
        zh="减法，规则同 +。日期减日期为后者到前者的天数。",
    ), (
        *_sum("-"),
        Overload("-", ("date", "integer"), "date", "add_days({0}, -{1})",
                 "TRY_CAST(CAST({0} AS HUGEINT) - CAST({1} AS HUGEINT) AS BIGINT)",
                 partial=True, before=(DAYS, "{v}"), after=TO_DAY),
        Overload("-", ("date", "date"), "integer", "({0} - {1}).days",
                 "CAST(DATE_DIFF('day', {1}, {0}) AS BIGINT)"),
    )),
    Operator("*", "a * b", "income * 0.35", Text(
        en="Product. Integers: NULL outside 64 bits; numbers: NULL on overflow.",
        zh="乘法。整数超出 64 位为 NULL；数字溢出为 NULL。",
    ), _sum("*")),
    Operator("/", "a / b", "debt / income", Text(
        en="Quotient, always a number: 1 / 2 is 0.5. NULL where b is zero.",
        zh="除法，结果总是数字：1 / 2 为 0.5；除数为零时为 NULL。",
    ), (
        Overload("/", ("number", "number"), "number", "{0} / {1}", "{0} / {1}",
                 null_when="{1} == 0.0", raw="starts", before=("{v}", NONZERO)),
    )),
    Operator("%", "a % b, MOD(a, b)", "term % 12", Text(
        en="Remainder of the division cut towards zero: it has the sign of a. NULL where b is 0.",
        zh="向零取整除法的余数，符号与 a 相同；b 为零时为 NULL。",
    ), (
        Overload("%", ("integer",) * 2, "integer", "remainder_integer({0}, {1})", "{0} % {1}",
                 null_when="{1} == 0", before=("{v}", DIVISOR)),
        Overload("%", ("number",) * 2, "number", "remainder_number({0}, {1})", "{0} % {1}",
                 null_when="{1} == 0.0", before=("{v}", NONZERO)),
    )),
    Operator("-a", "-a", "-term", Text(
        en="The opposite. The least integer has none: NULL.",
        zh="相反数。最小的整数没有相反数，为 NULL。",
    ), (
        Overload("-a", ("integer",), "integer", "-{0}",
                 "TRY_CAST(-CAST({0} AS HUGEINT) AS BIGINT)", bounded=True),
        Overload("-a", ("number",), "number", "-{0}", "-{0}", raw="carries"),
    )),
    Operator("=", "a = b", "city = 'Oslo'", Text(
        en="Equality; texts are compared letter by letter, case and spaces included.",
        zh="相等；文本逐字符比较，区分大小写和空格。",
    ), _compare("=", "==", EVERY)),
    Operator("<>", "a <> b, a != b", "city <> 'Oslo'", Text(
        en="The opposite of =; NULL where either is.", zh="不相等；任一为 NULL 时为 NULL。",
    ), _compare("<>", "!=", EVERY)),
    Operator("<", "a < b", "income < 3000", Text(
        en="Order; texts by Unicode code point ('Z' < 'a'), dates by time.",
        zh="大小顺序；文本按 Unicode 码位（'Z' < 'a'），日期按先后。",
    ), _compare("<", "<", ORDERED)),
    Operator("<=", "a <= b", "income <= 3000", Text(en="As <, or equal.", zh="小于或等于。"),
             _compare("<=", "<=", ORDERED)),
    Operator(">", "a > b", "income > 3000", Text(en="As <, turned round.", zh="大于。"),
             _compare(">", ">", ORDERED)),
    Operator(">=", "a >= b", "income >= 3000", Text(en="As >, or equal.", zh="大于或等于。"),
             _compare(">=", ">=", ORDERED)),
    Operator("AND", "a AND b", "income < 3000 AND debt > 0", Text(
        en="FALSE where one is FALSE, else NULL where one is NULL (Kleene).",
        zh="任一为 FALSE 则为 FALSE，否则任一为 NULL 则为 NULL（Kleene 逻辑）。",
    ), tuple(_form("AND", ("boolean",), 2, "boolean"))),
    Operator("OR", "a OR b", "income < 3000 OR debt > 0", Text(
        en="TRUE where one is TRUE, else NULL where one is NULL (Kleene).",
        zh="任一为 TRUE 则为 TRUE，否则任一为 NULL 则为 NULL（Kleene 逻辑）。",
    ), tuple(_form("OR", ("boolean",), 2, "boolean"))),
    Operator("NOT", "NOT a", "NOT employed", Text(
        en="The opposite truth value; NULL stays NULL.", zh="逻辑非；NULL 仍为 NULL。",
    ), (Overload("NOT", ("boolean",), "boolean", "not {0}", "NOT {0}"),)),
    Operator("IS NULL", "a IS [NOT] NULL", "income IS NULL", Text(
        en="Whether the value is missing. Never NULL.", zh="是否缺失；结果不为 NULL。",
    ), tuple(_form("IS NULL", EVERY, 1, "boolean"))),
    Operator("IS TRUE", "a IS [NOT] TRUE", "employed IS TRUE", Text(
        en="Whether a is TRUE; FALSE for NULL.", zh="是否为 TRUE；NULL 得 FALSE。",
    ), tuple(_form("IS TRUE", ("boolean",), 1, "boolean"))),
    Operator("IS FALSE", "a IS [NOT] FALSE", "employed IS NOT FALSE", Text(
        en="Whether a is FALSE; FALSE for NULL.", zh="是否为 FALSE；NULL 得 FALSE。",
    ), tuple(_form("IS FALSE", ("boolean",), 1, "boolean"))),
    Operator("BETWEEN", "a [NOT] BETWEEN b AND c", "age BETWEEN 18 AND 60", Text(
        en="a >= b AND a <= c, both ends included: FALSE if one comparison is FALSE, even if the "
        "other is NULL.",
        zh="a >= b AND a <= c，含两端；任一比较为 FALSE 则为 FALSE。",
    ), tuple(_form("BETWEEN", ORDERED, 3, "boolean"))),
    Operator("IN", "a [NOT] IN (b, c, …)", "city IN ('Oslo', 'Bergen')", Text(
        en="TRUE where a equals one of the list; else NULL where a or one of the list is NULL.",
        zh="等于列表中任一值为 TRUE；否则 a 或列表含 NULL 时为 NULL。",
    ), tuple(_form("IN", EVERY, 2, "boolean"))),
    Operator("LIKE", "a [NOT] LIKE 'pattern' [ESCAPE 'c']", "city LIKE 'O%o'", Text(
        en="% stands for any characters, line breaks included, _ for one code point. Case "
        "matters. No escape character unless one is named.",
        zh="% 代表任意多个字符（含换行），_ 代表一个码位；区分大小写；仅在指明时才有转义字符。",
    ), (Overload("LIKE", ("text",), "boolean", sql="{0} LIKE {pattern}"),)),
    Operator("CASE", "CASE [a] WHEN b THEN c … [ELSE d] END",
             "CASE WHEN age < 25 THEN 1 ELSE 2 END", Text(
        en="The first branch whose condition is TRUE; else the last; NULL without ELSE.",
        zh="第一个条件为 TRUE 的分支；否则为 ELSE，无 ELSE 则为 NULL。",
    ), tuple(_form("CASE", EVERY, 1, None))),
    Operator("COALESCE", "COALESCE(a, b, …)", "COALESCE(other_income, 0)", Text(
        en="The first that is not NULL.", zh="第一个非 NULL 的值。",
    ), tuple(_form("COALESCE", EVERY, 1, None))),
    Operator("NULLIF", "NULLIF(a, b)", "NULLIF(debt, 0)", Text(
        en="NULL where a = b, else a.", zh="a = b 时为 NULL，否则为 a。",
    ), tuple(_form("NULLIF", EVERY, 2, None))),
    Operator("LEAST", "LEAST(a, b, …)", "LEAST(income, 5000)", Text(
        en="The least; NULL where one is NULL (SQL:2023), so that a missing limit does not vanish.",
        zh="最小值；任一为 NULL 则为 NULL（SQL:2023），缺失的上限不会被悄悄忽略。",
    ), tuple(_form("LEAST", ORDERED, 2, None))),
    Operator("GREATEST", "GREATEST(a, b, …)", "GREATEST(income, 5000)", Text(
        en="The greatest; NULL where one is NULL (SQL:2023).",
        zh="最大值；任一为 NULL 则为 NULL（SQL:2023）。",
    ), tuple(_form("GREATEST", ORDERED, 2, None))),
    Operator("ABS", "ABS(a)", "ABS(term)", Text(
        en="The size without sign. The least integer has none: NULL.",
        zh="绝对值。最小的整数没有绝对值，为 NULL。",
    ), (
        Overload("ABS", ("integer",), "integer", "abs({0})",
                 "TRY_CAST(ABS(CAST({0} AS HUGEINT)) AS BIGINT)", bounded=True),
        Overload("ABS", ("number",), "number", "abs({0})", "ABS({0})", raw="carries"),
    )),
    Operator("SIGN", "SIGN(a)", "SIGN(debt)", Text(
        en="-1, 0 or 1, an integer.", zh="-1、0 或 1，整数。",
    ), tuple(
        Overload("SIGN", (kind,), "integer", "sign({0})",
                 "CAST(SIGN({0}) AS BIGINT)") for kind in ("integer", "number")
    )),
    Operator("ROUND", "ROUND(a, digits)", "ROUND(debt / 12, 2)", Text(
        en="Half away from zero, of the number as written in decimals: ROUND(2.675, 2) is 2.68. "
        "Digits are written down, -15 to 15; without, 0. Numbers of 2^52 units and more stay.",
        zh="按十进制书写四舍五入（远离零）：ROUND(2.675, 2) 为 2.68。位数须写明，-15 至 15，"
        "默认 0；达到 2^52 个单位的数不变。",
    ), (
        Overload("ROUND", ("number",), "number", "rounded({0}, {digits})", "{0}",
                 raw="carries", after=ROUND),
    )),
    Operator("FLOOR", "FLOOR(a)", "FLOOR(debt / 100)", Text(
        en="The greatest whole number not above; of the same kind as a.",
        zh="不大于 a 的最大整数，类型与 a 相同。",
    ), _whole("FLOOR", "floor")),
    Operator("CEIL", "CEIL(a)", "CEIL(debt / 100)", Text(
        en="The least whole number not below; of the same kind as a.",
        zh="不小于 a 的最小整数，类型与 a 相同。",
    ), _whole("CEIL", "ceiling")),
    Operator("SQRT", "SQRT(a)", "SQRT(debt)", Text(
        en="Square root, exact to the last bit; NULL below zero.",
        zh="平方根，精确到末位；负数为 NULL。",
    ), (
        Overload("SQRT", ("number",), "number", "square_root({0})", "SQRT({0})",
                 raw="carries"),
    )),
    Operator("LN", "LN(a)", "LN(income)", Text(
        en="Natural logarithm, cut to 41 bits; NULL at zero and below.",
        zh="自然对数，取 41 位有效二进制位；零和负数为 NULL。",
    ), _library("LN", "logarithm", "carries")),
    Operator("LOG10", "LOG10(a)", "LOG10(income)", Text(
        en="Decimal logarithm, cut to 41 bits; NULL at zero and below.",
        zh="常用对数，取 41 位有效二进制位；零和负数为 NULL。",
    ), _library("LOG10", "logarithm_10", "carries")),
    Operator("EXP", "EXP(a)", "EXP(debt / income)", Text(
        en="e to the power a, cut to 41 bits; NULL above 1e304.",
        zh="e 的 a 次方，取 41 位有效二进制位；超过 1e304 为 NULL。",
    ), _library("EXP", "exponential", "starts")),
    Operator("POWER", "POWER(a, b)", "POWER(1.01, term)", Text(
        en="a to the power b, cut to 41 bits; NULL above 1e304, for a root of a negative number, "
        "and for zero to a negative power.",
        zh="a 的 b 次方，取 41 位有效二进制位；超过 1e304、负数开方、零的负次方为 NULL。",
    ), _library("POWER", "power", "starts", 2)),
    Operator("||", "a || b", "city || ' ' || name", Text(
        en="One text after the other.", zh="文本拼接。",
    ), (Overload("||", ("text", "text"), "text", "{0} + {1}", "{0} || {1}"),)),
    Operator("LOWER", "LOWER(a)", "LOWER(city)", Text(
        en="A to Z in lower case; other letters stay.", zh="A 至 Z 转为小写；其他字符不变。",
    ), (Overload("LOWER", ("text",), "text", "lower({0})", LOWERED),)),
    Operator("UPPER", "UPPER(a)", "UPPER(city)", Text(
        en="The letters a to z in upper case; other letters stay.",
        zh="a 至 z 转为大写；其他字符不变。",
    ), (Overload("UPPER", ("text",), "text", "upper({0})", UPPERED),)),
    Operator("TRIM", "TRIM(a)", "TRIM(city)", Text(
        en="Without spaces (U+0020) at both ends; other white space stays.",
        zh="去掉两端空格（U+0020）；其他空白不变。",
    ), (Overload("TRIM", ("text",), "text", "{0}.strip(' ')", "TRIM({0}, ' ')"),)),
    Operator("LENGTH", "LENGTH(a)", "LENGTH(city)", Text(
        en="Number of Unicode code points.", zh="Unicode 码位数。",
    ), (Overload("LENGTH", ("text",), "integer", "len({0})", "CAST(LENGTH({0}) AS BIGINT)"),)),
    Operator("SUBSTRING", "SUBSTRING(a, start, length)", "SUBSTRING(city, 1, 2)", Text(
        en="Code points from start (the first is 1); both are written down, start at least 1.",
        zh="从 start（首位为 1）起的若干码位；两者须写明，start 至少为 1。",
    ), (
        Overload("SUBSTRING", ("text",), "text", "{0}[{first}:{last}]",
                 "SUBSTRING({0}, {start}, {length})"),
    )),
    Operator("STARTS_WITH", "STARTS_WITH(a, b)", "STARTS_WITH(city, 'Os')", Text(
        en="Whether a begins with b.", zh="a 是否以 b 开头。",
    ), _of_texts("STARTS_WITH", "{0}.startswith({1})")),
    Operator("ENDS_WITH", "ENDS_WITH(a, b)", "ENDS_WITH(city, 'lo')", Text(
        en="Whether a ends with b.", zh="a 是否以 b 结尾。",
    ), _of_texts("ENDS_WITH", "{0}.endswith({1})")),
    Operator("CONTAINS", "CONTAINS(a, b)", "CONTAINS(city, 'sl')", Text(
        en="Whether b stands in a.", zh="a 是否含有 b。",
    ), _of_texts("CONTAINS", "{1} in {0}")),
    Operator("YEAR", "YEAR(a)", "YEAR(applied_on)", Text(
        en="Year of a date or time.", zh="年份。",
    ), _part("YEAR", "year", ("date", "timestamp"))),
    Operator("MONTH", "MONTH(a)", "MONTH(applied_on)", Text(
        en="Month of a date or time, 1 to 12.", zh="月份，1 至 12。",
    ), _part("MONTH", "month", ("date", "timestamp"))),
    Operator("DAY", "DAY(a)", "DAY(applied_on)", Text(
        en="Day of the month.", zh="当月第几天。",
    ), _part("DAY", "day", ("date", "timestamp"))),
    Operator("ISODOW", "ISODOW(a)", "ISODOW(applied_on)", Text(
        en="Day of the week, Monday 1 to Sunday 7 (ISO 8601).",
        zh="星期几，周一为 1，周日为 7（ISO 8601）。",
    ), (
        Overload("ISODOW", ("date",), "integer", "{0}.isoweekday()",
                 "CAST(DATE_DIFF('day', DATE '0001-01-01', {0}) % 7 + 1 AS BIGINT)"),
    )),
    Operator("HOUR", "HOUR(a)", "HOUR(applied_at)", Text(
        en="Hour of a time, 0 to 23, in UTC.", zh="小时，0 至 23，UTC。",
    ), _part("HOUR", "hour", ("timestamp",))),
    Operator("MINUTE", "MINUTE(a)", "MINUTE(applied_at)", Text(
        en="Minute of a time, 0 to 59.", zh="分钟，0 至 59。",
    ), _part("MINUTE", "minute", ("timestamp",))),
    Operator("WHOLE_MONTHS", "WHOLE_MONTHS(from, to)", "WHOLE_MONTHS(opened_on, applied_on)", Text(
        en="Months completed, rounded down: the day of the month must have been reached, so from "
        "31 January to 29 February none is.",
        zh="满月数，向下取整：须到达当月同日，故 1 月 31 日至 2 月 29 日为 0。",
    ), (
        Overload("WHOLE_MONTHS", ("date", "date"), "integer", "months_between({0}, {1})",
                 "CAST(FLOOR(({1} - {0}) / 32E0) AS BIGINT)", before=(CODE, CODE)),
    )),
    Operator("WHOLE_YEARS", "WHOLE_YEARS(from, to)", "WHOLE_YEARS(born_on, applied_on)", Text(
        en="Years completed, rounded down, as age is counted; born on 29 February, one turns a "
        "year older on 1 March of common years.",
        zh="满年数，向下取整，即周岁；2 月 29 日出生者平年于 3 月 1 日长一岁。",
    ), (
        Overload("WHOLE_YEARS", ("date", "date"), "integer", "years_between({0}, {1})",
                 "CAST(FLOOR(({1} - {0}) / 384E0) AS BIGINT)", before=(CODE, CODE)),
    )),
    Operator("SECONDS_BETWEEN", "SECONDS_BETWEEN(from, to)",
             "SECONDS_BETWEEN(opened_on, applied_at)", Text(
        en="Whole seconds from one time to another, rounded down.",
        zh="两个时间之间的整秒数，向下取整。",
    ), (
        Overload("SECONDS_BETWEEN", ("timestamp", "timestamp"), "integer",
                 "seconds_between({0}, {1})", "DATE_DIFF('microsecond', {0}, {1})",
                 after=SECONDS),
    )),
    Operator("TRY_CAST", "TRY_CAST(a AS type)", "TRY_CAST(city AS INTEGER)", Text(
        en="Another kind, NULL where the value is none: text as BOOLEAN (true, false), INTEGER "
        "(digits), DOUBLE (also 1e3), DATE (YYYY-MM-DD) or TIMESTAMP (YYYY-MM-DD HH:MM:SS), "
        "spaces around allowed; whole numbers as INTEGER; integers and dates as TEXT.",
        zh="转换类型，无法转换为 NULL：文本可转 BOOLEAN（true、false）、INTEGER（数字）、"
        "DOUBLE（含 1e3）、DATE（YYYY-MM-DD）、TIMESTAMP（YYYY-MM-DD HH:MM:SS），两端可有空格；"
        "整数值可转 INTEGER；整数与日期可转 TEXT。",
    ), (
        Overload("TRY_CAST", ("text",), "boolean", "boolean_of_text({0})",
                 "CASE TRANSLATE(TRIM({0}, ' '), 'TRUEFALS', 'truefals') "
                 "WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END", partial=True),
        Overload("TRY_CAST", ("text",), "integer", "integer_of_text({0})", "{0}", partial=True,
                 after=_parsed(functions.INTEGER_TEXT, "BIGINT")),
        Overload("TRY_CAST", ("number",), "integer", "integer_of_number({0})", "{0}",
                 partial=True, after=TO_INTEGER),
        Overload("TRY_CAST", ("text",), "number", "number_of_text({0})", "{0}", partial=True,
                 raw="starts", after=_parsed(functions.NUMBER_TEXT, "DOUBLE")),
        Overload("TRY_CAST", ("integer",), "number", "float({0})", "CAST({0} AS DOUBLE)"),
        Overload("TRY_CAST", ("text",), "date", "date_of_text({0})", "{0}", partial=True,
                 after=_parsed(functions.DATE_TEXT, "DATE")),
        Overload("TRY_CAST", ("timestamp",), "date", "{0}.date()", "CAST({0} AS DATE)"),
        Overload("TRY_CAST", ("text",), "timestamp", "timestamp_of_text({0})", "{0}",
                 partial=True, after=_parsed(functions.TIMESTAMP_TEXT, "TIMESTAMP")),
        Overload("TRY_CAST", ("date",), "timestamp", "midnight({0})", "CAST({0} AS TIMESTAMP)"),
        Overload("TRY_CAST", ("integer",), "text", "str({0})", "CAST({0} AS VARCHAR)"),
        Overload("TRY_CAST", ("date",), "text", "{0}.isoformat()", "CAST({0} AS VARCHAR)"),
    )),
)  # fmt: skip

BY_NAME: dict[str, Operator] = {operator.name: operator for operator in OPERATORS}
