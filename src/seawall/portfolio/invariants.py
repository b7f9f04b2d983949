"""What must hold in any book: each law counts its violations.

`LAWS` hold of the derived tables; `of_measures` hold of what measures tell, counted a second way.
"""

from dataclasses import dataclass

from seawall.core.measure import Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio import recovery, transition, vintage
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import latest
from seawall.portfolio.settlement import month_sql


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
        f"""
SELECT COUNT(*) AS violations
FROM (
  SELECT p.loan_id, SUM(p.amount) AS amount
  FROM payment p JOIN loan l ON l.loan_id = p.loan_id
  WHERE p.paid_on <= (SELECT MAX(month_end) FROM month_end)
    AND {month_sql("p.paid_on")} < {month_sql("CAST(l.observed_on + INTERVAL 1 DAY AS DATE)")}
  GROUP BY p.loan_id
) AS paid
LEFT JOIN (
  SELECT loan_id, SUM(cash + late_fee + recovered) AS amount FROM month_end GROUP BY loan_id
) AS booked ON booked.loan_id = paid.loan_id
WHERE paid.amount IS DISTINCT FROM booked.amount""",
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
        "openings_are_closings",
        Text(
            en="A month opens with the state, balance and arrears the month before closed with",
            zh="每月月初的状态、余额与拖欠等于上月月末",
        ),
        """
SELECT COUNT(*) AS violations FROM (
  SELECT opening_bucket, opening_balance, opening_arrears, months_on_book,
    LAG(bucket) OVER so_far AS bucket, LAG(balance) OVER so_far AS balance,
    LAG(arrears) OVER so_far AS arrears
  FROM month_end WINDOW so_far AS (PARTITION BY loan_id ORDER BY month_end)
) AS beside
WHERE opening_bucket IS DISTINCT FROM bucket
  OR months_on_book > 0 AND (opening_balance <> balance OR opening_arrears <> arrears)""",
    ),
    _law(
        "ended_is_ended",
        Text(
            en="A repaid or charged-off loan stays so, and owes nothing",
            zh="结清或核销后状态不再变化，且无余额",
        ),
        """
SELECT COUNT(*) AS violations FROM month_end
WHERE (status <> 'open' AND (balance <> 0 OR arrears <> 0 OR days_past_due <> 0))
  OR (opening_bucket IN ('repaid', 'charged_off') AND bucket <> opening_bucket)""",
    ),
    _law(
        "open_loans_go_on",
        Text(
            en="An open loan has every month up to the last one observed in full",
            zh="未结清贷款的各月直至最后一个完整观察月",
        ),
        f"""
SELECT COUNT(*) AS violations FROM loan l
JOIN (SELECT loan_id, MAX(month_end) AS day FROM month_end GROUP BY loan_id) AS m
  ON m.loan_id = l.loan_id
JOIN month_end e ON e.loan_id = m.loan_id AND e.month_end = m.day
WHERE e.status = 'open' AND m.day < (SELECT MAX(month_end) FROM month_end)
  AND {month_sql("m.day")} < {month_sql("l.observed_on")}
  - CASE WHEN LAST_DAY(l.observed_on) = l.observed_on THEN 0 ELSE 1 END""",
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


def of_measures(question: Question, conventions: Conventions) -> tuple[Law, ...]:
    """The laws of what measures tell of a whole book at an analysis date."""
    return (
        _matrix_complete(question, conventions),
        _constant(
            "vintage_denominators",
            Text(
                en="A vintage's denominators are the loans and money lent in its month, at every age",
                zh="各放款批次在任一账龄的分母均为该月放款笔数与金额",
            ),
            vintage.measure(conventions).steps(question),
            f"""
SELECT CAST(DATE_TRUNC('month', disbursed_on) AS DATE) AS cohort, COUNT(*) AS loans,
  SUM(principal) AS amount
FROM loan
WHERE LAST_DAY(disbursed_on) <= {latest(question)} AND LAST_DAY(disbursed_on) <= observed_on
GROUP BY 1""",
            "SELECT vintage AS cohort, loans, lent AS amount FROM curves",
        ),
        _constant(
            "recovery_denominators",
            Text(
                en="A recovery curve's denominators are the loans and principal charged off in its "
                "quarter, at every age",
                zh="各回收曲线在任一月龄的分母均为该季度核销笔数与本金",
            ),
            recovery.curves(conventions).steps(question),
            f"""
SELECT CAST(DATE_TRUNC('quarter', month_end) AS DATE) AS cohort, COUNT(*) AS loans,
  SUM(charged_off) AS amount
FROM month_end
WHERE bucket = 'charged_off' AND COALESCE(opening_bucket, '') <> 'charged_off'
  AND month_end <= {question.day}
GROUP BY 1""",
            "SELECT cohort, loans, charged_off AS amount FROM recovery",
        ),
    )


def _constant(name: str, meaning: Text, steps: Steps, counted: str, told: str) -> Law:
    """Cohorts counted from the facts against every point of the curves told of them."""
    return Law(
        name,
        meaning,
        steps.then("facts", counted).then("points", told).then(name, """
SELECT COUNT(*) AS violations
FROM facts c FULL JOIN points t ON t.cohort = c.cohort
WHERE c.loans IS DISTINCT FROM t.loans OR c.amount IS DISTINCT FROM t.amount"""),
    )  # fmt: skip


def _matrix_complete(question: Question, conventions: Conventions) -> Law:
    """Every open month-end within the window but a loan's last known one is one move."""
    since = f"{month_sql(latest(question))} - {conventions.window_months}"
    counted = f"""
SELECT bucket AS state, COUNT(*) AS loans, SUM(balance) AS balance
FROM (
  SELECT *, MAX(month_end) OVER (PARTITION BY loan_id) AS last_day
  FROM month_end WHERE month_end <= {question.day}
) AS known
WHERE status = 'open' AND month_end < last_day AND {month_sql("month_end")} >= {since}
GROUP BY bucket"""
    told = """
SELECT state, SUM(loans) AS loans, SUM(balance) AS balance, SUM(share) AS share
FROM matrix GROUP BY state"""
    name = "matrix_complete"
    meaning = Text(
        en="Rows of the transition matrix hold every open loan of their state, and sum to one",
        zh="迁徙矩阵每行包含该状态全部未结清贷款，占比之和为1",
    )
    return Law(
        name,
        meaning,
        transition.matrix(conventions).steps(question)
        .then("facts", counted).then("points", told).then(name, """
SELECT COUNT(*) AS violations
FROM facts c FULL JOIN points t ON t.state = c.state
WHERE c.loans IS DISTINCT FROM t.loans OR c.balance IS DISTINCT FROM t.balance
  OR ABS(t.share - 1) > 1e-9"""),
    )  # fmt: skip
