"""How the text of a source's columns becomes typed values, as SQL, each misfit with its reason.

Nothing is guessed: a number has no thousands separators, a date has one of the declared formats,
a mapped value is one of the declared spellings. NaN and infinities are not numbers. Money is
rounded half up to two decimals, since tapes carry accrued fractions of a cent.
"""

from seawall.core.steps import quoted
from seawall.core.text import Text
from seawall.portfolio import problems, tape
from seawall.portfolio.mapping import Reads, Source

NAMES: dict[tape.Type, Text] = {
    "text": Text(en="text", zh="文本"),
    "date": Text(en="a date in a declared format", zh="所声明格式的日期"),
    "time": Text(en="a time in a declared format", zh="所声明格式的时间"),
    "money": Text(en="an amount", zh="金额"),
    "rate": Text(en="a rate", zh="利率"),
    "count": Text(en="a whole number", zh="整数"),
    "number": Text(en="a number", zh="数值"),
    "flag": Text(en="true or false", zh="是/否"),
}


def typed(source: Source, raw: str) -> str:
    """The source's rows with typed columns, beside their `file` and `row`."""
    columns = ",\n  ".join(f'{value(name, f)} AS "{name}"' for name, f in source.columns.items())
    return f"SELECT file, row,\n  {columns}\nFROM {raw}"


def issues(source: Source, raw: str) -> str:
    """One row per field that does not read: `file`, `row`, `name`, `value`, `code`."""
    parts = [_issues_of(name, each, raw) for name, each in source.columns.items()]
    return "\nUNION ALL\n".join(part for part in parts if part)


def value(name: str, field: Reads) -> str:
    """One typed value as SQL; NULL where the field is empty or does not read."""
    text = _text(name, field)
    if field.map is not None:
        cases = "".join(f" WHEN {quoted(k)} THEN {quoted(v)}" for k, v in field.map.items())
        text = f"CASE {text}{cases} END"
    return _READ[field.type](text, field)


def _text(name: str, field: Reads) -> str:
    text = f"NULLIF(TRIM(\"{name}\"), '')"
    if field.pattern is None:
        return text
    return f"NULLIF(REGEXP_EXTRACT({text}, {quoted(field.pattern)}, 1), '')"


def _issues_of(name: str, field: Reads, raw: str) -> str | None:
    bare = f"NULLIF(TRIM(\"{name}\"), '')"
    unread = problems.VALUE_UNKNOWN if field.map is not None else problems.VALUE_UNREADABLE
    missing = f"WHEN {bare} IS NULL THEN '{problems.VALUE_MISSING.code}'" if field.required else ""
    if not missing and field.type == "text" and field.map is None and field.pattern is None:
        return None
    return f"""
SELECT * FROM (
  SELECT file, row, {quoted(name)} AS name, {bare} AS value,
    '{field.type}' AS detail, CASE
    {missing}
    WHEN {bare} IS NOT NULL AND {value(name, field)} IS NULL THEN '{unread.code}' END AS code
  FROM {raw}
) WHERE code IS NOT NULL"""


def _plainly(text: str) -> str:
    """The text where it is a number as people write one; DuckDB would also read `1_000`."""
    return f"CASE WHEN STRPOS({text}, '_') = 0 THEN {text} END"


def _money(text: str, _: Reads) -> str:
    return f"TRY_CAST({_plainly(text)} AS DECIMAL(18,2))"


def _number(text: str, _: Reads) -> str:
    number = f"TRY_CAST({_plainly(text)} AS DOUBLE)"
    return f"CASE WHEN ISFINITE({number}) THEN {number} END"


def _rate(text: str, field: Reads) -> str:
    return f"({_number(text, field)} / {100 if field.percent else 1})"


def _count(text: str, field: Reads) -> str:
    number = _number(text, field)
    return f"CASE WHEN {number} = FLOOR({number}) THEN TRY_CAST({number} AS INTEGER) END"


def _moment(text: str, field: Reads) -> str:
    read = ", ".join(f"TRY_STRPTIME({text}, {quoted(each)})" for each in field.formats)
    minutes = round(field.offset_hours * 60)
    moment = f"COALESCE({read})"
    return f"({moment} - TO_MINUTES({minutes}))" if minutes else moment


def _date(text: str, field: Reads) -> str:
    return f"CAST({_moment(text, field)} AS DATE)"


def _flag(text: str, _: Reads) -> str:
    return f"TRY_CAST({text} AS BOOLEAN)"


def _plain(text: str, _: Reads) -> str:
    return text


_READ = {
    "text": _plain, "date": _date, "time": _moment, "money": _money, "rate": _rate,
    "count": _count, "number": _number, "flag": _flag,
}  # fmt: skip
