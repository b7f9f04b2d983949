"""How each month's loans turn out as they age: the share that was ever late, and what was lost."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import (
    calendar,
    grouped,
    latest,
    months,
    named,
    ordered,
    over,
    ratio,
    same,
)
from seawall.portfolio.settlement import month_sql

_DAY = "MAKE_DATE(CAST(FLOOR(vintage / 12) AS INTEGER), CAST(vintage % 12 + 1 AS INTEGER), 1)"


def measure(conventions: Conventions) -> Measure:
    """The measure `vintage`."""
    marks = tuple(
        Column(f"ever_{mark}", "share", Text(en=f"ever {mark}+", zh=f"曾逾期{mark}天以上"))
        for mark in conventions.marks
    )
    return Measure(
        name="vintage",
        title=Text(en="Vintage curves", zh="账龄曲线（Vintage）"),
        meaning=Text(
            en="Loans of one month of disbursement, by months on book: the share of loans that was "
            "more than so many days past due at any month-end so far (a charge-off counts), and "
            "the amount charged off or waived so far over the amount lent. The denominators stay the "
            "same; a curve ends where the first of its open loans was last observed.",
            zh="同一放款月份的贷款，按账龄月数：截至当时任一月末曾逾期超过若干天的笔数占比（核销计入），"
            "以及累计核销与减免金额占放款金额的比例。分母保持不变；曲线止于首笔未结清贷款的最后观察月。",
        ),
        columns=(
            Column("vintage", "date", Text(en="month of disbursement", zh="放款月份")),
            Column("months_on_book", "months", Text(en="months on book", zh="账龄（月）")),
            Column("loans", "count", Text(en="loans", zh="笔数")),
            Column("lent", "money", Text(en="lent", zh="放款金额")),
            *marks,
            Column(
                "charged_off_share",
                "share",
                Text(en="charged off or waived", zh="累计核销及减免率"),
            ),
        ),
        steps=lambda question: _steps(question, conventions),
        source="Siddiqi, Intelligent Credit Scoring (2017), ch. 4: vintage or cohort analysis",
    )


def _steps(question: Question, conventions: Conventions) -> Steps:
    so_far = over(question, "vintage", order="months_on_book")
    hits = [f"hits_{mark}" for mark in conventions.marks]
    first = ", ".join(_first_hit(mark) for mark in conventions.marks)
    sums = ", ".join(f"SUM({name}) AS {name}" for name in (*hits, "charged_off"))
    found = ", ".join(f"COALESCE(h.{name}, 0) AS {name}" for name in (*hits, "charged_off"))
    running = ", ".join(f"SUM({name}) {so_far} AS {name}" for name in (*hits, "charged_off"))
    shares = ", ".join(
        f"{ratio(f'hits_{mark}', 'loans')} AS ever_{mark}" for mark in conventions.marks
    )
    month = month_sql("m.month_end")
    return (
        Steps()
        .then("cohorts", f"""
SELECT {question.keys()}vintage, COUNT(*) AS loans, SUM(principal) AS lent
FROM (
  SELECT {named(question)}{month_sql("l.disbursed_on")} AS vintage, l.principal
  FROM month_end m JOIN loan l ON l.loan_id = m.loan_id
  WHERE m.months_on_book = 0 AND m.month_end <= {question.day}
) AS made
{grouped(question, "vintage")}""")
        .then("ages", f"SELECT DISTINCT {month} AS month FROM {calendar(question)} m "
                      f"WHERE m.month_end <= {question.day}")
        .then("early", _early(question))
        .then("ends", f"""
SELECT {question.keys()}vintage, MIN(month) AS until FROM early {grouped(question, "vintage")}""")
        .then("grid", f"""
SELECT c.*, CAST(a.month - c.vintage AS INTEGER) AS months_on_book
FROM cohorts c JOIN ages a ON a.month >= c.vintage
LEFT JOIN ends e ON e.vintage = c.vintage {same(question, "e", "c")}
WHERE a.month <= COALESCE(e.until, a.month)""")
        .then("firsts", months(question, f"""{month} - m.months_on_book AS vintage,
  m.months_on_book, m.charged_off + m.waived AS charged_off, {first}"""))
        .then("hits", f"""
SELECT {question.keys()}vintage, months_on_book, {sums}
FROM firsts {grouped(question, "vintage", "months_on_book")}""")
        .then("filled", f"""
SELECT g.*, {found}
FROM grid g LEFT JOIN hits h ON h.vintage = g.vintage AND h.months_on_book = g.months_on_book
{same(question, "g", "h")}""")
        .then("running", f"""
SELECT {question.keys()}vintage, months_on_book, loans, lent, {running}
FROM filled""")
        .then("curves", f"""
SELECT {question.keys()}{_DAY} AS vintage, months_on_book, loans, lent, {shares},
  {ratio("charged_off", "lent")} AS charged_off_share
FROM running
{ordered(question, "vintage", "months_on_book")}""")
    )  # fmt: skip


def _early(question: Question) -> str:
    """Open loans that were last observed before the last month-end, each with that month.

    Of mostly all tapes these are none, and the loans' months are then not even read.
    """
    month = month_sql("m.month_end")
    return f"""
SELECT {named(question)}{month} - m.months_on_book AS vintage, {month} AS month
FROM month_end m JOIN loan l ON l.loan_id = m.loan_id
JOIN (
  SELECT m.loan_id, MAX(m.month_end) AS day FROM month_end m
  JOIN (SELECT loan_id FROM loan
    WHERE {month_sql("observed_on")} < {month_sql(latest(question))}) AS past
    ON past.loan_id = m.loan_id
  WHERE m.month_end <= {question.day} GROUP BY m.loan_id
) AS seen ON seen.loan_id = m.loan_id AND seen.day = m.month_end
WHERE m.bucket NOT IN ('repaid', 'charged_off')"""


def _first_hit(mark: int) -> str:
    """1 in the month in which a loan is past the mark for the first time."""
    now = f"(m.worst_days > {mark} OR m.bucket = 'charged_off')"
    before = f"(m.opening_worst_days > {mark} OR COALESCE(m.opening_bucket, '') = 'charged_off')"
    return f"CASE WHEN {now} AND NOT {before} THEN 1 ELSE 0 END AS hits_{mark}"
