"""How loans turned out, for judging the decisions that made them."""

from datetime import date

from seawall.core.steps import Steps
from seawall.portfolio.conventions import Performance


def performance(as_of: date, performance: Performance) -> Steps:
    """Which applications became loans, and which of these went bad.

    Reads the relations `loan` and `month_end`.

    Returns:
        Steps giving one row per application that became a loan: `application_id`, `lent`
        (principal) and `bad`: TRUE, FALSE, or NULL where it is too early to say. The source's own
        verdict, where it gives one, comes first.
    """
    window = f"m.months_on_book <= {performance.within_months}"
    return (
        Steps()
        .then("course", f"""
SELECT m.loan_id, MAX(m.months_on_book) AS age,
  MAX(CASE WHEN m.status = 'repaid' THEN 1 ELSE 0 END) AS repaid,
  MAX(CASE WHEN {window} AND (m.worst_days > {performance.bad_after_days}
    OR m.status = 'charged_off') THEN 1 ELSE 0 END) AS failed
FROM month_end m WHERE m.month_end <= DATE '{as_of}' GROUP BY m.loan_id""")
        .then("performance", f"""
SELECT l.application_id, l.principal AS lent,
  CASE WHEN l.outcome = 'bad' OR (l.outcome IS NULL AND c.failed = 1) THEN TRUE
    WHEN l.outcome = 'good' OR c.repaid = 1 OR c.age >= {performance.within_months} THEN FALSE
  END AS bad
FROM loan l LEFT JOIN course c ON c.loan_id = l.loan_id
WHERE l.application_id IS NOT NULL AND l.disbursed_on <= DATE '{as_of}'""")
    )  # fmt: skip
