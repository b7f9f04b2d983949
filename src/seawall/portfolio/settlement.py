"""When each instalment was paid in full: cash pays the schedule in order, the oldest due first.

Instalments and payments of a loan stand on one scale, the running sum of money. An instalment is
settled by the first payment whose running sum reaches the instalment's own. A loan ends when every
instalment is settled, or when its cash covers what fell due so far plus the whole principal (a
payoff: interest not yet earned is forgiven). Only running totals
over a loan's own rows are used, so the work grows linearly and can be cut into slices of loans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from seawall.core.steps import Steps, quoted


@dataclass(frozen=True)
class Slice:
    """The loans from one id up to another, in the order of their ids as bytes.

    Ranges of ids, not hashes: files are mostly written in that order, so an engine reads only the
    parts of a file that a slice needs, and every engine cuts alike.

    Attributes:
        first: the first id; None for the beginning of the book.
        before: the first id that is no longer in it; None for the end of the book.
    """

    first: str | None = None
    before: str | None = None

    def condition(self, loan_id: str) -> str:
        """The loans of this slice, as a SQL condition on a column."""
        after = f"{loan_id} >= {quoted(self.first)}" if self.first is not None else "TRUE"
        until = f"{loan_id} < {quoted(self.before)}" if self.before is not None else "TRUE"
        return f"{after} AND {until}"


WHOLE = Slice()


def starts(loans_per_slice: int) -> Steps:
    """Where slices of so many loans begin, but for the first: column `loan_id`, in order."""
    return Steps().then(
        "starts",
        f"""
SELECT loan_id
FROM (SELECT loan_id, ROW_NUMBER() OVER (ORDER BY loan_id) - 1 AS place FROM loan) AS numbered
WHERE place > 0 AND place % {loans_per_slice} = 0
ORDER BY loan_id""",
    )


def slices(starts: Sequence[str]) -> tuple[Slice, ...]:
    """The slices that begin at these loans, and the one before them: together the whole book.

    >>> [part.condition("loan_id") for part in slices(["L5"])]
    ["TRUE AND loan_id < 'L5'", "loan_id >= 'L5' AND TRUE"]
    """
    edges = [None, *starts, None]
    return tuple(map(Slice, edges[:-1], edges[1:]))


def month_sql(day: str) -> str:
    """Months since year 0 of a date, as SQL; the same count as `period.month_index`."""
    return f"CAST(EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) - 1 AS INTEGER)"


def cents_sql(money: str) -> str:
    """Money as whole cents, as SQL: exact, and several times faster than wide decimals."""
    return f"CAST(({money}) * 100 AS BIGINT)"


def money_sql(cents: str) -> str:
    """Whole cents as money again, as SQL."""
    return f"CAST(({cents}) * 0.01 AS DECIMAL(18,2))"


def settlement(as_of: date, part: Slice = WHOLE) -> Steps:
    """When each instalment was paid in full, by what was known at `as_of`.

    Reads the relations `loan`, `instalment`, `payment`.

    Returns:
        Steps giving one row per instalment: `loan_id`, `number` (its turn, from 1), `due_on`, its parts `fee`,
        `interest`, `principal`, the running sums before it (`fee_before` ...), `settled_on` (NULL
        where cash does not cover it) and `ended_on` (when the loan as a whole was settled or paid
        off early; NULL where it was not).
    """
    return (
        loans_and_receipts(as_of, part)
        .then("dues", _dues(part))
        .then("levels", _LEVELS)
        .then("covered", _COVERED)
        .then("settled", _SETTLED)
        .then("candidates", _CANDIDATES)
        .then("payoffs", _PAYOFFS)
        .then("settlement", _SETTLEMENT)
    )


def loans_and_receipts(as_of: date, part: Slice) -> Steps:
    """The first steps of every derivation: a slice's loans, and the cash that pays schedules.

    `loans` numbers the slice's loans (`loan_no`), which makes joins and windows several times
    cheaper than text does; `receipts` are payments up to charge-off, money in cents.
    """
    return Steps().then("loans", _loans(as_of, part)).then("receipts", _receipts(part))


def _loans(as_of: date, part: Slice) -> str:
    return f"""
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY loan_id) AS INTEGER) AS loan_no,
  loan_id, {cents_sql("principal")} AS lent, waterfall, disbursed_on, charged_off_on,
  closed_on AS said_closed_on, COALESCE(paid_share, 1) AS paid_share,
  LEAST(observed_on, DATE '{as_of}') AS known_to,
  {month_sql("disbursed_on")} AS first_month
FROM loan
WHERE disbursed_on <= DATE '{as_of}' AND {part.condition("loan_id")}
"""


# A schedule may be numbered against its dates; what fell due first is paid first.
_BEFORE = "OVER (PARTITION BY loan_no ORDER BY due_on, number ROWS UNBOUNDED PRECEDING)"


def _dues(part: Slice) -> str:
    """Instalments with what falls due before each of them."""
    return f"""
SELECT loan_no, due_on, fee, interest, principal, paid_share,
  -- The turn, and not the number a tape gave: one that is missing must not hide those after it.
  CAST(ROW_NUMBER() OVER (PARTITION BY loan_no ORDER BY due_on, number) AS INTEGER) AS number,
  COUNT(*) OVER (PARTITION BY loan_no) AS times,
  CAST(SUM(fee) {_BEFORE} - fee AS BIGINT) AS fee_before,
  CAST(SUM(interest) {_BEFORE} - interest AS BIGINT) AS interest_before,
  CAST(SUM(principal) {_BEFORE} - principal AS BIGINT) AS principal_before
FROM (
  SELECT l.loan_no, l.paid_share, i.number, i.due_on, {cents_sql("i.fee")} AS fee,
    {cents_sql("i.interest")} AS interest, {cents_sql("i.principal")} AS principal
  FROM instalment i JOIN loans l ON l.loan_id = i.loan_id
  WHERE {part.condition("i.loan_id")}
) AS parts
"""


def _receipts(part: Slice) -> str:
    """Payments up to charge-off, and the cash so far on each day they were made.

    Payments of one day count together: the running sum takes in the whole day.
    """
    return f"""
SELECT *, CAST(SUM(cash) OVER (PARTITION BY loan_no ORDER BY paid_on) AS BIGINT) AS cash_so_far
FROM (
  SELECT l.loan_no, p.paid_on,
    {cents_sql("p.amount - p.late_fee")} AS cash, {cents_sql("p.late_fee")} AS late_fee,
    {cents_sql("p.fee")} AS given_fee, {cents_sql("p.principal")} AS given_principal
  FROM payment p JOIN loans l ON l.loan_id = p.loan_id
  WHERE {part.condition("p.loan_id")}
    AND p.paid_on <= l.known_to AND (l.charged_off_on IS NULL OR p.paid_on <= l.charged_off_on)
) AS counted
"""


_LEVELS = """
SELECT loan_no, number, CAST(NULL AS DATE) AS paid_on,
  fee_before + interest_before + principal_before + CASE
    WHEN number = times THEN fee + interest + principal
    ELSE CAST(FLOOR((fee + interest + principal) * paid_share) AS BIGINT) END AS level
FROM dues
UNION ALL
SELECT loan_no, CAST(NULL AS INTEGER) AS number, paid_on, cash_so_far AS level
FROM receipts
"""

_COVERED = """
SELECT loan_no, number,
  MIN(paid_on) OVER (
    PARTITION BY loan_no
    ORDER BY level DESC, CASE WHEN number IS NULL THEN 0 ELSE 1 END
    ROWS UNBOUNDED PRECEDING
  ) AS settled_on
FROM levels
"""

# An instalment of nothing at the beginning (a month of grace) is settled on its own day.
_SETTLED = """
SELECT d.*, COALESCE(c.settled_on, CASE
  WHEN fee_before + interest_before + principal_before + fee + interest + principal = 0
  THEN due_on END) AS settled_on
FROM dues d JOIN covered c ON c.loan_no = d.loan_no AND c.number = d.number
"""

# Only a loan whose cash reaches the principal can have been paid off; for these, time decides:
# fees and interest due so far, plus all principal. A payoff stands even if more cash comes in.
_CANDIDATES = """
SELECT l.loan_no, l.lent
FROM loans l
JOIN (SELECT loan_no, MAX(cash_so_far) AS cash FROM receipts GROUP BY loan_no) AS r
  ON r.loan_no = l.loan_no
WHERE r.cash >= l.lent
"""

_PAYOFFS = """
SELECT loan_no, MIN(day) AS paid_off_on
FROM (
  SELECT loan_no, day, paying, lent,
    CAST(SUM(charge) OVER so_far AS BIGINT) AS charge_sum,
    CAST(SUM(cash) OVER so_far AS BIGINT) AS cash_sum
  FROM (
    SELECT c.loan_no, c.lent, d.due_on AS day, 0 AS paying, d.fee + d.interest AS charge,
      CAST(0 AS BIGINT) AS cash
    FROM candidates c JOIN dues d ON d.loan_no = c.loan_no
    UNION ALL
    SELECT c.loan_no, c.lent, r.paid_on AS day, 1 AS paying, CAST(0 AS BIGINT) AS charge,
      r.cash
    FROM candidates c JOIN receipts r ON r.loan_no = c.loan_no
  ) AS moves
  WINDOW so_far AS (PARTITION BY loan_no ORDER BY day, paying ROWS UNBOUNDED PRECEDING)
) AS walk
WHERE paying = 1 AND cash_sum >= charge_sum + lent
GROUP BY loan_no
"""

_PARTS = ("fee", "interest", "principal", "fee_before", "interest_before", "principal_before")

_SETTLEMENT = f"""
SELECT l.loan_id, s.number, s.due_on, s.settled_on, LEAST(w.whole_on, p.paid_off_on) AS ended_on,
  {", ".join(f"{money_sql('s.' + name)} AS {name}" for name in _PARTS)}
FROM settled s
JOIN loans l ON l.loan_no = s.loan_no
LEFT JOIN (
  SELECT loan_no, MAX(settled_on) AS whole_on FROM settled
  GROUP BY loan_no HAVING COUNT(settled_on) = COUNT(*)
) AS w ON w.loan_no = s.loan_no
LEFT JOIN payoffs p ON p.loan_no = s.loan_no
"""
