"""What must hold in any book, checked on the derived tables: each law counts its violations."""

from dataclasses import dataclass

from seawall.core.steps import Steps
from seawall.core.text import Text


@dataclass(frozen=True)
class Law:
    """A law of the book; `steps` give one row with the number of `violations`."""

    name: str
    meaning: Text
    steps: Steps


def _law(name: str, meaning: Text, sql: str) -> Law:
    return Law(name, meaning, Steps().then(name, sql))


LAWS: tuple[Law, ...] = (
    _law(
        "balance_not_negative",
        Text(en="No balance is negative", zh="余额不为负"),
        "SELECT COUNT(*) AS violations FROM month_end WHERE balance < 0",
    ),
    _law(
        "cash_applied",
        Text(
            en="Cash applied to principal, interest, fees and overpayment is the cash received",
            zh="冲抵本金、利息、费用及多付之和等于实收",
        ),
        """
SELECT COUNT(*) AS violations FROM month_end
WHERE cash <> principal_paid + interest_paid + fee_paid + overpaid""",
    ),
    _law(
        "cash_complete",
        Text(
            en="The months of a loan hold every payment that is known",
            zh="贷款各月合计包含全部已知还款",
        ),
        """
SELECT COUNT(*) AS violations
FROM (
  SELECT p.loan_id, SUM(p.amount) AS amount
  FROM payment p JOIN loan l ON l.loan_id = p.loan_id
  JOIN (SELECT loan_id, MAX(month_end) AS day FROM month_end GROUP BY loan_id) AS m
    ON m.loan_id = p.loan_id
  WHERE p.paid_on <= m.day
  GROUP BY p.loan_id
) AS paid
JOIN (
  SELECT loan_id, SUM(cash + late_fee + recovered) AS amount FROM month_end GROUP BY loan_id
) AS booked ON booked.loan_id = paid.loan_id
WHERE paid.amount <> booked.amount""",
    ),
    _law(
        "balance_moves",
        Text(
            en="Balance moves only by lending, principal paid, charge-off and waiver",
            zh="余额仅因放款、还本、核销与减免变动",
        ),
        """
SELECT COUNT(*) AS violations FROM month_end m JOIN loan l ON l.loan_id = m.loan_id
WHERE m.balance <> CASE WHEN m.months_on_book = 0 THEN l.principal ELSE m.opening_balance END
  - m.principal_paid - m.charged_off - m.waived
  AND COALESCE(m.opening_bucket, '') NOT IN ('repaid', 'charged_off')""",
    ),
    _law(
        "every_instalment_derived",
        Text(
            en="Every instalment of a loan begun by then has its settlement",
            zh="截至当时已放款贷款的每期均有结清推导",
        ),
        """
SELECT COUNT(*) AS violations FROM (
  SELECT l.loan_id, COUNT(*) AS n FROM loan l JOIN instalment i ON i.loan_id = l.loan_id
  GROUP BY l.loan_id) AS owed
LEFT JOIN (SELECT loan_id, COUNT(*) AS n FROM settlement GROUP BY loan_id) AS settled
  ON settled.loan_id = owed.loan_id
WHERE settled.n IS NULL OR settled.n <> owed.n""",
    ),
    _law(
        "months_without_gaps",
        Text(en="A loan's months follow each other", zh="贷款各月连续"),
        """
SELECT COUNT(*) AS violations FROM (
  SELECT loan_id FROM month_end GROUP BY loan_id
  HAVING COUNT(*) <> MAX(months_on_book) + 1 OR MIN(months_on_book) <> 0
) AS gaps""",
    ),
    _law(
        "schedule_sums",
        Text(en="A loan's scheduled principal is the amount lent", zh="计划本金合计等于放款金额"),
        """
SELECT COUNT(*) AS violations FROM (
  SELECT l.loan_id FROM loan l LEFT JOIN instalment i ON i.loan_id = l.loan_id
  GROUP BY l.loan_id HAVING COALESCE(SUM(i.principal), 0) <> MAX(l.principal)
) AS uneven""",
    ),
)
