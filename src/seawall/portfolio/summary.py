"""The book in one line: how much was lent, what is owed, what is late, what was lost."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, latest, loans, months, ordered, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `summary`."""
    marks = tuple(
        Column(f"share_{mark}_plus", "share",
               Text(en=f"{mark}+ share of balance", zh=f"逾期{mark}天以上余额占比"))
        for mark in conventions.marks
    )  # fmt: skip
    return Measure(
        name="summary",
        title=Text(en="Book summary", zh="账册概览"),
        meaning=Text(
            en="Loans and amounts disbursed up to the date; loans open, principal owed, arrears and "
            "the share of balance past due at the last month-end; losses since the beginning. Loans "
            "not observed then are those made by then, not known to have ended, and last seen "
            "before: what they owe is not known, and in no balance.",
            zh="截至分析日累计放款笔数与金额；最近月末的未结清笔数、贷款余额、拖欠金额及逾期余额占比；"
            "自开业以来的核销与回收。当时未观察的贷款指此前已放款、不知是否结清、且观察早已终止者：所欠不明，"
            "不计入任何余额。",
        ),
        columns=(
            Column("loans", "count", Text(en="loans", zh="放款笔数")),
            Column("customers", "count", Text(en="customers", zh="客户数")),
            Column("disbursed", "money", Text(en="disbursed", zh="放款金额")),
            Column("open_loans", "count", Text(en="open loans", zh="未结清笔数")),
            Column("unobserved_loans", "count", Text(en="not observed then", zh="当时未观察笔数")),
            Column("balance", "money", Text(en="balance", zh="贷款余额")),
            Column("arrears", "money", Text(en="arrears", zh="拖欠金额")),
            Column("past_due_share", "share", Text(en="past-due share", zh="逾期余额占比")),
            *marks,
            Column("charged_off", "money", Text(en="charged off", zh="累计核销")),
            Column("recovered", "money", Text(en="recovered", zh="累计回收")),
        ),
        steps=lambda question: _steps(question, conventions),
        source="Market practice; IFRS 7.35M for past-due disclosure by bucket",
    )


_ENDED = "('repaid', 'charged_off')"
_ENDS = f"m.bucket IN {_ENDED} AND COALESCE(m.opening_bucket, '') NOT IN {_ENDED}"
"""The one month in which a loan ends."""


def _steps(question: Question, conventions: Conventions) -> Steps:
    at_end = f"m.month_end = {latest(question)}"
    late = {f"late_{mark}": f"m.days_past_due > {mark}" for mark in conventions.marks}
    stocks = ", ".join(
        f"CASE WHEN {at_end} AND {condition} THEN m.balance ELSE 0 END AS {name}"
        for name, condition in {
            "balance": "TRUE",
            "past_due": "m.days_past_due > 0",
            **late,
        }.items()
    )
    sums = ", ".join(
        f"COALESCE(SUM({name}), 0) AS {name}"
        for name in ("open_loans", "ended", "balance", "past_due", *late, "arrears", "charged_off",
                     "recovered")
    )  # fmt: skip
    shares = ", ".join(
        f"{ratio(f's.late_{mark}', 's.balance')} AS share_{mark}_plus" for mark in conventions.marks
    )
    keys = question.keys("o")
    joined = " AND ".join(f"o.{n} IS NOT DISTINCT FROM s.{n}" for n in question.by) or "TRUE"
    return (
        Steps()
        .then("lent", loans(question, f"""l.customer_token AS customer, l.principal,
  CASE WHEN l.disbursed_on <= {latest(question)} THEN 1 ELSE 0 END AS begun"""))
        .then("origination", f"""
SELECT {question.keys()}COUNT(*) AS loans, COUNT(DISTINCT customer) AS customers,
  COALESCE(SUM(principal), 0) AS disbursed, COALESCE(SUM(begun), 0) AS begun
FROM lent {grouped(question)}""")
        .then("states", months(question, f"""
  CASE WHEN {at_end} AND m.status = 'open' THEN 1 ELSE 0 END AS open_loans,
  CASE WHEN {_ENDS} THEN 1 ELSE 0 END AS ended, {stocks},
  CASE WHEN {at_end} THEN m.arrears ELSE 0 END AS arrears, m.charged_off, m.recovered"""))
        .then("sums", f"SELECT {question.keys()}{sums} FROM states {grouped(question)}")
        .then("summary", f"""
SELECT {keys}o.loans, o.customers, o.disbursed, CAST(COALESCE(s.open_loans, 0) AS BIGINT) AS open_loans,
  CAST(o.begun - COALESCE(s.open_loans, 0) - COALESCE(s.ended, 0) AS BIGINT) AS unobserved_loans,
  COALESCE(s.balance, 0) AS balance, COALESCE(s.arrears, 0) AS arrears,
  {ratio("s.past_due", "s.balance")} AS past_due_share, {shares},
  COALESCE(s.charged_off, 0) AS charged_off, COALESCE(s.recovered, 0) AS recovered
FROM origination o LEFT JOIN sums s ON {joined}
{ordered(question)}""")
    )  # fmt: skip
