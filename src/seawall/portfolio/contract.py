"""Whether rows fit the contract, as SQL: one issue per value, or per pair of dates, that does not.

Issues are rows of `file`, `row`, `name` (the column), `value`, `code` (of a kind of problem) and
`detail` (what the kind's sentence wants to know, where it wants something).
"""

from datetime import date

from seawall.core.steps import quoted
from seawall.portfolio import problems
from seawall.portfolio.tape import Column, Table

EARLIEST, LATEST = date(1970, 1, 1), date(2100, 12, 31)
"""No loan of a book began before, and no schedule of one ends after; else it is a slip of a digit."""
PARTS_OFF_MOST = "0.02"
"""A payment's parts may miss its amount by so much: each is rounded to the cent by itself."""
_DAYS = ("date", "time")


def issues(table: Table, given: frozenset[str], rows: str) -> str:
    """The issues of shaped rows: missing values, limits, allowed values, order of dates.

    Args:
        table: the contract.
        given: the columns that the rows have.
        rows: a relation with `file`, `row` and these columns.
    """
    parts = [_column(column, rows) for column in table.columns if column.name in given]
    parts += [
        _out_of_order(rows, earlier, later)
        for earlier, later in table.order
        if {earlier, later} <= given
    ]
    return "\nUNION ALL\n".join(part for part in parts if part)


def twice(key: tuple[str, ...], rows: str) -> str:
    """Rows whose key stands in an earlier row."""
    names = ", ".join(f'"{name}"' for name in key)
    return f"""
SELECT file, row, '{", ".join(key)}' AS name, CONCAT_WS(', ', {names}) AS value,
  '{problems.ROW_TWICE.code}' AS code, CAST(first AS VARCHAR) AS detail
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY {names} ORDER BY file, row) AS turn,
    FIRST_VALUE(row) OVER (PARTITION BY {names} ORDER BY file, row) AS first
  FROM {rows}
) AS counted WHERE turn > 1"""


def orphans(rows: str, loans: str) -> str:
    """Rows whose `loan_id` is not in the relation of known loans."""
    return f"""
SELECT r.file, r.row, 'loan_id' AS name, r.loan_id AS value,
  '{problems.ROW_ORPHAN.code}' AS code, NULL AS detail
FROM {rows} r ANTI JOIN {loans} l ON l.loan_id = r.loan_id"""


def out_of_life(rows: str, day: str, loans: str) -> str:
    """Rows whose day lies before their loan was disbursed, or, if cash, after it was last observed.

    A payment after that day would never be counted: month-ends are known up to there.
    """
    parts = [
        f"""
SELECT r.file, r.row, '{day}' AS name, CAST(r.{day} AS VARCHAR) AS value,
  '{problems.DATES_OUT_OF_ORDER.code}' AS code, 'disbursed_on' AS detail
FROM {rows} r JOIN {loans} l ON l.loan_id = r.loan_id WHERE r.{day} < l.disbursed_on"""
    ]
    if day == "paid_on":
        parts.append(f"""
SELECT r.file, r.row, '{day}' AS name, CAST(r.{day} AS VARCHAR) AS value,
  '{problems.PAID_AFTER_OBSERVED.code}' AS code, CAST(l.observed_on AS VARCHAR) AS detail
FROM {rows} r JOIN {loans} l ON l.loan_id = r.loan_id WHERE r.{day} > l.observed_on""")
    return "\nUNION ALL\n".join(parts)


def second_currency(rows: str, loans: str) -> str:
    """Loans in another currency than the first of the book, or of the import into an empty one."""
    return f"""
SELECT r.file, r.row, 'currency' AS name, r.currency AS value,
  '{problems.CURRENCY_SECOND.code}' AS code, f.currency AS detail
FROM {rows} r CROSS JOIN (
  SELECT currency FROM {loans} WHERE currency IS NOT NULL ORDER BY turn, loan_id LIMIT 1) f
WHERE r.currency <> f.currency"""


def parts_odd(rows: str) -> str:
    """Payments whose parts are more than their amount or, where all are told, not their amount."""
    return f"""
SELECT file, row, 'amount' AS name, CAST(amount AS VARCHAR) AS value,
  '{problems.PARTS_ODD.code}' AS code, CAST(fixed + COALESCE(interest, 0) AS VARCHAR) AS detail
FROM (
  SELECT *, late_fee + COALESCE(principal, 0) + COALESCE(fee, 0) AS fixed FROM {rows}
) AS summed
WHERE fixed > amount OR fixed + COALESCE(interest, 0) > amount + {PARTS_OFF_MOST}
  OR principal IS NOT NULL AND interest IS NOT NULL
    AND fixed + interest < amount - {PARTS_OFF_MOST}"""


def principal_beyond(rows: str, held: str, loans: str) -> str:
    """Payments with which the principal that a servicer says he received is more than was lent.

    Args:
        rows: the payments that are given.
        held: other payments of their loans, which the book holds.
        loans: a relation with `loan_id` and `principal`.
    """
    known = "loan_id, paid_on, payment_id, principal"
    return f"""
SELECT file, row, 'principal' AS name, CAST(part AS VARCHAR) AS value,
  '{problems.RECEIVED_TOO_MUCH.code}' AS code, CAST(lent AS VARCHAR) AS detail
FROM (
  SELECT p.file, p.row, p.principal AS part, l.principal AS lent, SUM(p.principal) OVER (
    PARTITION BY p.loan_id ORDER BY p.paid_on, p.payment_id ROWS UNBOUNDED PRECEDING) AS so_far
  FROM (
    SELECT file, row, {known} FROM {rows}
    UNION ALL SELECT NULL, NULL, {known} FROM {held} AS before
  ) AS p JOIN {loans} l ON l.loan_id = p.loan_id
) AS running
WHERE row IS NOT NULL AND part > 0 AND so_far > lent"""


def missing(name: str, condition: str, rows: str) -> str:
    """A value that a derivation needs is missing where the condition holds."""
    return f"""
SELECT file, row, {quoted(name)} AS name, NULL AS value,
  '{problems.VALUE_MISSING.code}' AS code, NULL AS detail
FROM {rows} WHERE {condition}"""


def _column(column: Column, rows: str) -> str:
    name, code = column.name, []
    if column.required:
        code.append(f"WHEN {name} IS NULL THEN '{problems.VALUE_MISSING.code}'")
    if column.least is not None:
        code.append(f"WHEN {name} < {column.least} THEN '{problems.VALUE_OUT_OF_RANGE.code}'")
    if column.most is not None:
        code.append(f"WHEN {name} > {column.most} THEN '{problems.VALUE_OUT_OF_RANGE.code}'")
    if column.type in _DAYS:
        outside = f"CAST({name} AS DATE) NOT BETWEEN DATE '{EARLIEST}' AND DATE '{LATEST}'"
        code.append(f"WHEN {outside} THEN '{problems.VALUE_OUT_OF_RANGE.code}'")
    if column.among:
        among = ", ".join(quoted(each) for each in column.among)
        code.append(f"WHEN {name} NOT IN ({among}) THEN '{problems.VALUE_NOT_AMONG.code}'")
    if not code:
        return ""
    return f"""
SELECT * FROM (
  SELECT file, row, '{name}' AS name, CAST({name} AS VARCHAR) AS value,
    CASE {" ".join(code)} END AS code, {quoted(_detail(column))} AS detail
  FROM {rows}
) WHERE code IS NOT NULL"""


def _detail(column: Column) -> str:
    if column.among:
        return ", ".join(column.among)
    if column.type in _DAYS:
        return f"{EARLIEST} … {LATEST}"
    least = "-∞" if column.least is None else f"{column.least:,.10g}"
    most = "∞" if column.most is None else f"{column.most:,.10g}"
    return f"{least} … {most}"


def _out_of_order(rows: str, earlier: str, later: str) -> str:
    return f"""
SELECT file, row, '{later}' AS name, CAST({later} AS VARCHAR) AS value,
  '{problems.DATES_OUT_OF_ORDER.code}' AS code, '{earlier}' AS detail
FROM {rows} WHERE {later} < {earlier}"""
