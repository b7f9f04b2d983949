"""Instalments derived from a loan's terms.

`level` is the annuity: with monthly rate r = annual rate / 12 and instalment A, the balance after
k payments is P(1+r)^k - A((1+r)^k - 1)/r; the last instalment takes what rounding left. `flat`
parts principal and a flat fee equally; the last instalment takes the rounding.
"""

from collections.abc import Callable

from seawall.core.steps import Steps
from seawall.portfolio.mapping import Schedule

COUNT_MOST = 600


def terms(schedule: Schedule, rows: str, formula: Callable[[str], str]) -> str:
    """One row per loan with the values of the schedule's formulas.

    Args:
        schedule: the declaration.
        rows: the relation of kept, typed source rows.
        formula: turns a formula into SQL over that relation.
    """
    parts = {
        "loan_id": ("VARCHAR", schedule.loan_id),
        "principal": ("DECIMAL(18,2)", schedule.principal),
        "times": ("INTEGER", schedule.count),
        "first_due_on": ("DATE", schedule.first_due_on),
        "annual_rate": ("DOUBLE", schedule.annual_rate or "0"),
        "instalment": ("DECIMAL(18,2)", schedule.instalment or "0"),
        "fee": ("DECIMAL(18,2)", schedule.fee or "0"),
    }
    columns = ", ".join(f"TRY_CAST({formula(f)} AS {t}) AS {n}" for n, (t, f) in parts.items())
    return f"SELECT file, row, {columns} FROM {rows}"


def instalments(schedule: Schedule, relation: str) -> Steps:
    """The contract's `instalment` rows, from the relation that `terms` gives."""
    due_on = {
        "month": "CAST(first_due_on + TO_MONTHS(number - 1) AS DATE)",
        "30 days": "first_due_on + 30 * (number - 1)",
    }[schedule.every]
    parts = {"level": _LEVEL, "flat": _FLAT}[schedule.kind]
    return (
        Steps()
        .then("numbered", f"SELECT *, UNNEST(RANGE(1, times + 1))::INTEGER AS number "
                          f"FROM {relation} WHERE times BETWEEN 1 AND {COUNT_MOST}")
        .then("parted", parts)
        .then("instalment", f"""
SELECT loan_id, number, {due_on} AS due_on,
  CAST(principal_part AS DECIMAL(18,2)) AS principal,
  CAST(interest_part AS DECIMAL(18,2)) AS interest,
  CAST(fee_part AS DECIMAL(18,2)) AS fee
FROM parted ORDER BY loan_id, number""")
    )  # fmt: skip


_OWED = """CASE WHEN {k} <= 0 THEN principal WHEN {k} >= times THEN 0
  WHEN annual_rate = 0 THEN GREATEST(0, principal - {k} * instalment)
  ELSE CAST(LEAST(principal, GREATEST(0, ROUND(
    principal * POWER(1 + annual_rate / 12, {k})
    - instalment * (POWER(1 + annual_rate / 12, {k}) - 1) / (annual_rate / 12), 2)))
    AS DECIMAL(18,2)) END"""

# Interest is what the level instalment leaves beside principal; on the last one, interest on what
# was still owed, so that no rounding difference ends up there.
_LEVEL = f"""
SELECT loan_id, number, first_due_on,
  before - after AS principal_part,
  GREATEST(0, CASE WHEN number < times THEN instalment - (before - after)
    ELSE CAST(ROUND(before * annual_rate / 12, 2) AS DECIMAL(18,2)) END) AS interest_part,
  0 AS fee_part
FROM (
  SELECT *, {_OWED.format(k="(number - 1)")} AS before, {_OWED.format(k="number")} AS after
  FROM numbered
) AS owed
"""

_FLAT = """
SELECT loan_id, number, first_due_on,
  CASE WHEN number < times THEN ROUND(principal / times, 2)
    ELSE principal - (times - 1) * CAST(ROUND(principal / times, 2) AS DECIMAL(18,2)) END
    AS principal_part,
  0 AS interest_part,
  CASE WHEN number < times THEN ROUND(fee / times, 2)
    ELSE fee - (times - 1) * CAST(ROUND(fee / times, 2) AS DECIMAL(18,2)) END AS fee_part
FROM numbered
"""
