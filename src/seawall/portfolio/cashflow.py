"""Payments derived from a tape that knows cash only in total.

Known per loan: principal, interest and late fees received, the last payment's date and amount,
recoveries. The rest of the cash is laid on the due dates before the last payment, one regular
instalment each from the first on; more than that is a prepayment on the last of these dates. So
the missed instalments are taken to be the latest, which is how loans that default behave and the
cautious reading of those that did not.

Interest follows the schedule as far as the totals allow. With running cash A, running scheduled
interest S (never growing by more than the cash of a payment) and totals P, I, L of principal,
interest and late fees, the running interest is min(max(S, A - P - L), I, A): each of these grows by
between nothing and the cash of a payment, so does their median, and at the end it is exactly I.
Late fees come last; principal is the rest. Everything sums to the tape's totals to the cent.
"""

from collections.abc import Callable

from seawall.core.steps import Steps
from seawall.portfolio import problems
from seawall.portfolio.mapping import Totals
from seawall.portfolio.settlement import cents_sql, money_sql

_MONEY = ("regular", "last_amount", "principal", "interest", "late_fee", "recovered",
          "collection_cost")  # fmt: skip


def totals(declared: Totals, rows: str, formula: Callable[[str], str]) -> str:
    """One row per loan with the values of the declaration's formulas; money in cents."""
    amounts = ", ".join(
        f"COALESCE({cents_sql(f'TRY_CAST({formula(getattr(declared, n))} AS DECIMAL(18,2))')}, 0)"
        f" AS {n}"
        for n in _MONEY
    )
    return f"""
SELECT file, row, TRY_CAST({formula(declared.loan_id)} AS VARCHAR) AS loan_id,
  TRY_CAST({formula(declared.last_on)} AS DATE) AS last_on,
  TRY_CAST({formula(declared.recovered_on)} AS DATE) AS recovered_on, {amounts}
FROM {rows}"""


def issues(relation: str, loans: str) -> str:
    """Totals that no loan can have, as `contract.issues` tells what does not fit.

    These are negative ones, and more principal received than lent.

    Args:
        relation: what `totals` gives.
        loans: a relation with `loan_id` and `principal`.
    """
    negative = [
        f"SELECT file, row, 'totals.{name}' AS name, CAST({money_sql(name)} AS VARCHAR) AS value, "
        f"'{problems.VALUE_OUT_OF_RANGE.code}' AS code, '0 … ∞' AS detail "
        f"FROM {relation} WHERE {name} < 0"
        for name in _MONEY
    ]
    more = (
        "SELECT t.file, t.row, 'totals.principal' AS name, "
        f"CAST({money_sql('t.principal')} AS VARCHAR) AS value, "
        f"'{problems.RECEIVED_TOO_MUCH.code}' AS code, CAST(l.principal AS VARCHAR) AS detail "
        f"FROM {relation} t JOIN {loans} l ON l.loan_id = t.loan_id "
        f"WHERE t.principal > {cents_sql('l.principal')}"
    )
    return "\nUNION ALL\n".join([*negative, more])


def payments(relation: str) -> Steps:
    """The contract's `payment` rows, from the relation that `totals` gives and `instalment`."""
    return (
        Steps()
        .then("received", _RECEIVED.format(relation=relation))
        .then("dates", _DATES)
        .then("regular_payments", _REGULAR)
        .then("last_payments", _LAST)
        .then("cash", "SELECT * FROM regular_payments UNION ALL SELECT * FROM last_payments")
        .then("walk", _WALK)
        .then("scheduled", _SCHEDULED)
        .then("running", _RUNNING)
        .then("split", _SPLIT)
        .then("parts", _PARTS)
        .then("payment", _PAYMENT.format(relation=relation))
    )


_RECEIVED = """
SELECT *, principal + interest + late_fee AS total,
  LEAST(last_amount, principal + interest + late_fee) AS final,
  principal + interest + late_fee - LEAST(last_amount, principal + interest + late_fee) AS rest
FROM {relation}
WHERE last_on IS NOT NULL AND principal + interest + late_fee > 0
"""

_DATES = """
SELECT r.*, i.due_on, i.number,
  CAST(COUNT(i.due_on) OVER (PARTITION BY r.loan_id) AS INTEGER) AS dates
FROM received r LEFT JOIN instalment i ON i.loan_id = r.loan_id AND i.due_on < r.last_on
"""

# The last regular date takes what one instalment per date does not hold: a prepayment.
_REGULAR = """
SELECT loan_id, due_on AS paid_on, number AS turn,
  CASE WHEN number = dates THEN GREATEST(0, rest - (number - 1) * regular)
    ELSE GREATEST(0, LEAST(regular, rest - (number - 1) * regular)) END AS amount
FROM dates WHERE due_on IS NOT NULL
"""

_LAST = """
SELECT loan_id, last_on AS paid_on, dates + 1 AS turn,
  final + CASE WHEN dates = 0 THEN rest ELSE 0 END AS amount
FROM (SELECT DISTINCT loan_id, last_on, dates, final, rest FROM dates) AS ends
"""

# A payment's turn is the number of the instalment it meets; the last payment meets one that is due
# on its day, or none yet. After the whole schedule all of its interest has fallen due.
_SCHEDULED = """
SELECT c.loan_id, c.paid_on, c.turn, c.amount,
  COALESCE(CASE WHEN w.due_on <= c.paid_on THEN w.so_far ELSE w.so_far - w.cents END, t.whole,
    0) AS interest_due
FROM cash c
LEFT JOIN (SELECT loan_id, MAX(so_far) AS whole FROM walk GROUP BY loan_id) AS t
  ON t.loan_id = c.loan_id
LEFT JOIN walk w ON w.loan_id = c.loan_id AND w.number = c.turn
WHERE c.amount > 0
"""

_WALK = f"""
SELECT loan_id, number, due_on, cents,
  CAST(SUM(cents) OVER (PARTITION BY loan_id ORDER BY number ROWS UNBOUNDED PRECEDING) AS BIGINT)
    AS so_far
FROM (SELECT loan_id, number, due_on, {cents_sql("interest")} AS cents FROM instalment) AS owed
"""

_RUNNING = """
SELECT loan_id, paid_on, turn, amount,
  CAST(SUM(amount) OVER so_far AS BIGINT) AS cash_sum,
  CAST(SUM(LEAST(amount, fell_due)) OVER so_far AS BIGINT) AS interest_scheduled
FROM (
  SELECT *, interest_due - COALESCE(LAG(interest_due) OVER (
    PARTITION BY loan_id ORDER BY turn), 0) AS fell_due
  FROM scheduled
) AS grown
WINDOW so_far AS (PARTITION BY loan_id ORDER BY turn ROWS UNBOUNDED PRECEDING)
"""

_SPLIT = """
SELECT *, GREATEST(0, cash_sum - principal - interest_sum) AS late_fee_sum
FROM (
  SELECT w.*, r.principal,
    LEAST(GREATEST(w.interest_scheduled, w.cash_sum - r.principal - r.late_fee),
      r.interest, w.cash_sum) AS interest_sum
  FROM running w JOIN received r ON r.loan_id = w.loan_id
) AS median
"""

_PARTS = """
SELECT loan_id, paid_on, turn, amount,
  interest_sum - COALESCE(LAG(interest_sum) OVER course, 0) AS interest,
  late_fee_sum - COALESCE(LAG(late_fee_sum) OVER course, 0) AS late_fee
FROM split
WINDOW course AS (PARTITION BY loan_id ORDER BY turn)
"""

_PAYMENT = f"""
SELECT loan_id || '-' || CAST(turn AS VARCHAR) AS payment_id, loan_id, paid_on,
  {money_sql("amount")} AS amount, {money_sql("late_fee")} AS late_fee,
  {money_sql("0")} AS collection_cost,
  {money_sql("amount - interest - late_fee")} AS principal, {money_sql("interest")} AS interest,
  {money_sql("0")} AS fee
FROM parts
UNION ALL
SELECT loan_id || '-R', loan_id, recovered_on, {money_sql("recovered")}, {money_sql("0")},
  {money_sql("collection_cost")}, NULL, NULL, NULL
FROM {{relation}} WHERE recovered > 0
"""
