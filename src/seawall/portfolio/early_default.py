"""First-, second-, third-payment default: who fails at the very beginning, often fraud."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, named, ordered, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `early_default`."""
    return Measure(
        name="early_default",
        title=Text(en="Early payment default", zh="首期及前几期逾期"),
        meaning=Text(
            en="Loans whose n-th instalment was paid more than so many days late or not at all, "
            "among loans whose n-th instalment fell due at least that long before the date (and "
            "within what the source knows, unless it says the loan is closed). A loan paid off "
            "before counts as paid.",
            zh="第n期还款晚于若干天或未还的贷款占比；分母为第n期到期已满该天数的贷款（且在来源的已知期间内，"
            "或来源已注明结清）。提前结清视为已还。",
        ),
        columns=(
            Column("payment", "count", Text(en="instalment", zh="期数")),
            Column("days", "days", Text(en="more than days late", zh="逾期超过（天）")),
            Column("loans", "count", Text(en="loans matured", zh="已到观察期笔数")),
            Column("late", "count", Text(en="late", zh="逾期笔数")),
            Column("share", "share", Text(en="share", zh="占比")),
        ),
        steps=lambda question: _steps(question, conventions),
        source="Market practice: FPD, SPD, TPD",
    )


def _steps(question: Question, conventions: Conventions) -> Steps:
    numbers = ", ".join(str(number) for number in conventions.early_payments)
    return (
        Steps()
        .then("early", f"""
SELECT {named(question)}s.number AS payment, s.due_on, l.observed_on, l.closed_on,
  LEAST(COALESCE(s.settled_on, s.ended_on), COALESCE(s.ended_on, s.settled_on)) AS paid_on
FROM settlement s JOIN loan l ON l.loan_id = s.loan_id
WHERE s.number IN ({numbers}) AND l.disbursed_on <= {question.day}""")
        .then("lateness", "\nUNION ALL\n".join(
            _late_by(question, days) for days in conventions.early_late_days))
        .then("early_default", f"""
SELECT {question.keys()}payment, days, COUNT(*) AS loans, CAST(SUM(late) AS BIGINT) AS late,
  {ratio("SUM(late)", "COUNT(*)")} AS share
FROM lateness
{grouped(question, "payment", "days")}
{ordered(question, "payment", "days")}""")
    )  # fmt: skip


def _late_by(question: Question, days: int) -> str:
    """Instalments that have had so many days, and whether they were paid by then."""
    given = f"(due_on + INTERVAL {days} DAY)"
    return f"""
SELECT {question.keys()}payment, {days} AS days,
  CASE WHEN paid_on <= CAST({given} AS DATE) THEN 0 ELSE 1 END AS late
FROM early
WHERE CAST({given} AS DATE) <= {question.day}
  AND (CAST({given} AS DATE) <= observed_on OR closed_on IS NOT NULL)"""
