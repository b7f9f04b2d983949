"""The state of every loan at every month-end, derived from loans, schedules and payments.

Cash pays the schedule in order: the oldest instalment first (`settlement`), and within an
instalment its parts in the loan's declared waterfall. A loan ends when its cash covers every
instalment; or when it covers what fell due so far plus the whole principal (a payoff: interest not
yet earned is forgiven); or when the source says it was closed (what is left is waived); or when it
is charged off, after which cash is recovery. Where the servicer says how he applied a loan's payments,
every one of them, his word stands; principal he says is left keeps a loan open.
"""

from datetime import date

import pyarrow as pa

from seawall.core.period import month_ends, month_index
from seawall.core.steps import Steps
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.settlement import (
    WHOLE,
    Slice,
    cents_sql,
    loans_and_receipts,
    money_sql,
    month_sql,
)


def calendar(first: date, last: date) -> pa.Table:
    """The relation `calendar` that the steps read: every month from first to last.

    Returns:
        Columns `month` (months since year 0, int32) and `month_end` (date).
    """
    ends = list(month_ends(first, last))
    months = pa.array([month_index(end) for end in ends], pa.int32())
    return pa.table({"month": months, "month_end": pa.array(ends, pa.date32())})


def month_end(as_of: date, conventions: Conventions, part: Slice = WHOLE) -> Steps:
    """The state of every loan at every month-end up to `as_of`.

    Reads the relations `loan`, `payment`, `calendar` and `settlement` (what `settlement` gives).

    Returns:
        Steps giving one row per loan and month:

        - `loan_id`, `month_end`, `months_on_book` (0 in the month of disbursement), `status`
          (open, repaid, charged_off), `bucket` (a state of the conventions), `days_past_due`,
          `worst_days` (the most days past due at any month-end so far);
        - stocks: `balance` (principal owed), `arrears` (due and unpaid), and before the month
          `opening_balance`, `opening_arrears`, `opening_bucket`, `opening_worst_days` (NULL, or
          0, in the first month);
        - flows of the month: `scheduled` (fell due), `cash` (received towards the schedule) =
          `principal_paid` + `interest_paid` + `fee_paid` + `overpaid`; `late_fee`, `prepaid`
          (principal ahead of schedule, part of `principal_paid`), `charged_off`, `waived`,
          `recovered`, `collection_cost`.
    """
    return (
        loans_and_receipts(as_of, part)
        .then("schedule", _SCHEDULE)
        .then("totals", _TOTALS)
        .then("recoveries", _recoveries(part))
        .then("lives", _LIVES)
        .then("flows", _flows(as_of))
        .then("months", _months())
        .then("running", _running())
        .then("line", _LINE)
        .then("applied", _APPLIED)
        .then("stated", _STATED)
        .then("course", _course(conventions))
        .then("month_end", _MONTH_END)
    )


_SCHEDULE = f"""
SELECT l.loan_no, s.number, s.due_on, s.settled_on, s.ended_on,
  {cents_sql("s.fee")} AS fee, {cents_sql("s.interest")} AS interest,
  {cents_sql("s.principal")} AS principal,
  {cents_sql("s.fee_before")} AS fee_before, {cents_sql("s.interest_before")} AS interest_before,
  {cents_sql("s.principal_before")} AS principal_before
FROM settlement s JOIN loans l ON l.loan_id = s.loan_id
"""

_TOTALS = """
SELECT loan_no,
  CAST(SUM(fee) AS BIGINT) AS fee_total, CAST(SUM(interest) AS BIGINT) AS interest_total,
  CAST(SUM(fee + interest + principal) AS BIGINT) AS due_total,
  MAX(ended_on) AS ended_on,
  CAST(SUM(CASE WHEN settled_on <= ended_on OR due_on <= ended_on THEN fee END) AS BIGINT)
    AS fee_earned
FROM schedule
GROUP BY loan_no
"""

# Cash that covers the schedule ends a loan unless the servicer says that principal is left; he says
# so where he parts every payment that pays the schedule, for with one left out his sums are short.
# A repaid loan's rows end with the month it closed in, or with its last cash should some follow.
_LIVES = f"""
SELECT *,
  CASE WHEN closed_on IS NOT NULL AND (charged_off_on IS NULL OR closed_on <= charged_off_on)
    THEN LEAST(known_month, GREATEST({month_sql("closed_on")}, cash_month))
    ELSE known_month
  END AS last_month
FROM (
  SELECT l.loan_no, l.lent, l.waterfall, l.first_month, l.charged_off_on,
    t.fee_total, t.interest_total, t.due_total,
    t.ended_on AS earned_on, t.fee_earned,
    COALESCE(
      CASE WHEN COALESCE(r.given, FALSE) AND r.principal < l.lent THEN NULL ELSE t.ended_on END,
      CASE WHEN l.said_closed_on <= l.known_to THEN l.said_closed_on END) AS closed_on,
    COALESCE(r.given, FALSE) AS given,
    GREATEST(COALESCE(r.cash_month, 0), COALESCE(b.back_month, 0)) AS cash_month,
    {month_sql("l.known_to")}
      - CASE WHEN LAST_DAY(l.known_to) = l.known_to THEN 0 ELSE 1 END AS known_month
  FROM loans l
  LEFT JOIN totals t ON t.loan_no = l.loan_no
  LEFT JOIN (
    SELECT loan_no, SUM(given_principal) AS principal,
      COUNT(given_principal) > 0 AND COUNT(given_principal)
        = COUNT(CASE WHEN cash <> 0 OR given_principal IS NOT NULL THEN 1 END) AS given,
      MAX({month_sql("paid_on")}) AS cash_month
    FROM receipts GROUP BY loan_no
  ) AS r ON r.loan_no = l.loan_no
  LEFT JOIN (SELECT loan_no, MAX(month) AS back_month FROM recoveries GROUP BY loan_no) AS b
    ON b.loan_no = l.loan_no
) AS known
"""


def _recoveries(part: Slice) -> str:
    return f"""
SELECT l.loan_no, {month_sql("p.paid_on")} AS month,
  SUM({cents_sql("p.amount")}) AS recovered,
  SUM({cents_sql("p.collection_cost")}) AS collection_cost
FROM payment p JOIN loans l ON l.loan_id = p.loan_id
WHERE {part.condition("p.loan_id")} AND p.paid_on > l.charged_off_on AND p.paid_on <= l.known_to
GROUP BY l.loan_no, {month_sql("p.paid_on")}
"""


_MOVES = (
    "settled", "scheduled", "scheduled_principal", "cash", "late_fee", "given_fee",
    "given_principal",
)  # fmt: skip


def _flows(as_of: date) -> str:
    """What moves a loan, by month: four sources on one set of columns, zero where they are silent.

    What is due after the last month is left out early, as it is often half of all instalments;
    `alive` marks the months of a loan's life: a month with no move is still a month.
    """
    return "\nUNION ALL\n".join(
        (
            _source("lives l JOIN calendar c ON c.month BETWEEN l.first_month AND l.last_month",
                    "l.loan_no", "c.month", {"alive": "1"}),
            _source("schedule WHERE settled_on IS NOT NULL",
                    "loan_no", month_sql("settled_on"), {"settled": "1"}),
            _source(f"schedule WHERE due_on <= LAST_DAY(DATE '{as_of}')",
                    "loan_no", month_sql("due_on"),
                    {"scheduled": "fee + interest + principal", "scheduled_principal": "principal"}),
            _source("receipts", "loan_no", month_sql("paid_on"),
                    {name: name for name in _MOVES if name.startswith(("cash", "late", "given"))}),
        )
    )  # fmt: skip


def _source(rows: str, loan: str, month: str, moves: dict[str, str]) -> str:
    # Whole cents add up exactly in doubles, whatever the order, below 2^53 (90 trillion units of
    # currency in one month of one loan), and several times faster than in 128-bit integers.
    columns = [f"CAST({moves.get(name, '0')} AS DOUBLE) AS {name}" for name in ("alive", *_MOVES)]
    return f"SELECT {loan} AS loan_no, {month} AS month, {', '.join(columns)}\nFROM {rows}"


def _months() -> str:
    sums = ",\n  ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in _MOVES)
    return f"""
SELECT loan_no, month,
  {sums}
FROM flows
GROUP BY loan_no, month
HAVING SUM(alive) > 0
"""


def _running() -> str:
    summed = ("settled", "scheduled", "scheduled_principal", "cash", "given_fee", "given_principal")
    sums = ",\n  ".join(f"CAST(SUM({n}) OVER so_far AS BIGINT) AS {n}_sum" for n in summed)
    return f"""
SELECT loan_no, month, scheduled, cash, late_fee,
  {sums}
FROM months
WINDOW so_far AS (PARTITION BY loan_no ORDER BY month ROWS UNBOUNDED PRECEDING)
"""


# Where the running cash stands in the schedule: `held` is what is left of it for the first
# instalment it does not cover, whose parts it pays in the order of the waterfall.
_LINE = """
SELECT r.*, c.month_end, v.lent, v.given, v.first_month, v.charged_off_on,
  v.fee_total, v.fee_earned, v.interest_total, v.earned_on, v.closed_on,
  n.due_on AS oldest_due_on,
  n.fee, n.interest, n.principal, n.fee_before, n.interest_before, n.principal_before,
  r.cash_sum - COALESCE(n.fee_before + n.interest_before + n.principal_before, v.due_total, 0) AS held,
  CASE WHEN STRPOS(v.waterfall, 'interest') < STRPOS(v.waterfall, 'fee')
    THEN n.interest ELSE 0 END
  + CASE WHEN STRPOS(v.waterfall, 'principal') < STRPOS(v.waterfall, 'fee')
    THEN n.principal ELSE 0 END AS ahead_of_fee,
  CASE WHEN STRPOS(v.waterfall, 'fee') < STRPOS(v.waterfall, 'interest')
    THEN n.fee ELSE 0 END
  + CASE WHEN STRPOS(v.waterfall, 'principal') < STRPOS(v.waterfall, 'interest')
    THEN n.principal ELSE 0 END AS ahead_of_interest
FROM running r
JOIN lives v ON v.loan_no = r.loan_no
JOIN calendar c ON c.month = r.month
LEFT JOIN schedule n ON n.loan_no = r.loan_no AND n.number = r.settled_sum + 1
"""

# Three ways to apply the cash received so far: as the servicer says; to a loan that earned its end
# (all principal, then fees, the rest interest); or along the line.
_APPLIED = """
SELECT *,
  CASE
    WHEN given THEN given_fee_sum
    WHEN earned_on <= month_end THEN LEAST(COALESCE(fee_earned, 0), cash_sum - lent)
    WHEN oldest_due_on IS NULL THEN COALESCE(fee_total, 0)
    ELSE fee_before + GREATEST(0, LEAST(held - ahead_of_fee, fee))
  END AS fee_sum,
  CASE
    WHEN given THEN given_principal_sum
    WHEN earned_on <= month_end THEN lent
    WHEN oldest_due_on IS NULL THEN 0
    ELSE principal_before + held
      - GREATEST(0, LEAST(held - ahead_of_fee, fee))
      - GREATEST(0, LEAST(held - ahead_of_interest, interest))
  END AS principal_sum
FROM line
"""

_STATED = """
SELECT *,
  CASE WHEN status = 'open' THEN lent - principal_sum ELSE 0 END AS balance,
  CASE WHEN status = 'open' THEN GREATEST(0, scheduled_sum - cash_sum) ELSE 0 END AS arrears,
  CASE WHEN status = 'open' AND oldest_due_on <= month_end
    THEN DATE_DIFF('day', oldest_due_on, month_end) ELSE 0 END AS days_past_due
FROM (
  SELECT *,
    CASE WHEN given THEN cash_sum - fee_sum - principal_sum
      ELSE LEAST(cash_sum - fee_sum - principal_sum, COALESCE(interest_total, 0))
    END AS interest_sum,
    CASE
      WHEN closed_on <= month_end AND (charged_off_on IS NULL OR closed_on <= charged_off_on)
        THEN 'repaid'
      WHEN charged_off_on <= month_end THEN 'charged_off'
      ELSE 'open'
    END AS status
  FROM applied
) AS ended
"""


def _course(conventions: Conventions) -> str:
    """The loan's state beside its state one month before."""
    return f"""
SELECT *,
  cash_sum - fee_sum - principal_sum - interest_sum AS overpaid_sum,
  COALESCE(MAX(days_past_due) OVER (
    PARTITION BY loan_no ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    AS opening_worst_days,
  COALESCE(LAG(principal_sum) OVER so_far, 0) AS principal_was,
  COALESCE(LAG(interest_sum) OVER so_far, 0) AS interest_was,
  COALESCE(LAG(fee_sum) OVER so_far, 0) AS fee_was,
  COALESCE(LAG(balance) OVER so_far, 0) AS opening_balance,
  COALESCE(LAG(arrears) OVER so_far, 0) AS opening_arrears,
  LAG(bucket) OVER so_far AS opening_bucket,
  COALESCE(LAG(cash_sum - fee_sum - principal_sum - interest_sum) OVER so_far, 0) AS overpaid_was
FROM (
  SELECT *,
    CASE status WHEN 'open' THEN {conventions.bucket_sql("days_past_due")} ELSE status END
      AS bucket
  FROM stated
) AS bucketed
WINDOW so_far AS (PARTITION BY loan_no ORDER BY month)
"""


_MONEY_FLOWS = {
    "scheduled": "scheduled",
    "cash": "cash",
    "principal_paid": "principal_sum - principal_was",
    "interest_paid": "interest_sum - interest_was",
    "fee_paid": "fee_sum - fee_was",
    "overpaid": "overpaid_sum - overpaid_was",
    "late_fee": "late_fee",
    "prepaid": "GREATEST(0, (principal_sum - principal_was)"
    " - GREATEST(0, scheduled_principal_sum - principal_was))",
    "charged_off": "CASE WHEN bucket = 'charged_off' AND COALESCE(opening_bucket, '') <> bucket"
    " THEN lent - principal_sum ELSE 0 END",
    # Cash that comes in after the source closed the loan takes the waiver back.
    "waived": "CASE WHEN bucket = 'repaid' THEN lent - principal_sum"
    " - CASE WHEN opening_bucket = 'repaid' THEN lent - principal_was ELSE 0 END ELSE 0 END",
    "recovered": "COALESCE(recovered, 0)",
    "collection_cost": "COALESCE(collection_cost, 0)",
}
_STOCKS = ("balance", "arrears", "opening_balance", "opening_arrears")

_MONTH_END = f"""
SELECT l.loan_id, c.month_end, CAST(c.month - c.first_month AS INTEGER) AS months_on_book,
  c.status, c.bucket, c.opening_bucket,
  CAST(c.days_past_due AS INTEGER) AS days_past_due,
  CAST(GREATEST(c.days_past_due, c.opening_worst_days) AS INTEGER) AS worst_days,
  CAST(c.opening_worst_days AS INTEGER) AS opening_worst_days,
  {", ".join(f"{money_sql(name)} AS {name}" for name in _STOCKS)},
  {", ".join(f"{money_sql(sql)} AS {name}" for name, sql in _MONEY_FLOWS.items())}
FROM course c
JOIN (SELECT loan_no, loan_id FROM loans) AS l ON l.loan_no = c.loan_no
LEFT JOIN recoveries r ON r.loan_no = c.loan_no AND r.month = c.month
"""
