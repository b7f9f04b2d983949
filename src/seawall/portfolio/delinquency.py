"""What is owed at the last month-end, by how late it is."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, latest, months, ordered, over, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `delinquency`."""
    return Measure(
        name="delinquency",
        title=Text(en="Delinquency buckets", zh="逾期分布"),
        meaning=Text(
            en="Open loans at the last month-end by days past due of the oldest unpaid instalment. What "
            "fell due on that very day is owed, and so in arrears, but not past due: it is current. The "
            "chart shows what is past due.",
            zh="最近月末未结清贷款，按最早未还分期的逾期天数分组。当日到期未还者计入拖欠金额，但尚未逾期，归为正常。"
            "图中仅示逾期部分。",
        ),
        columns=(
            Column("bucket", "label", Text(en="bucket", zh="逾期区间"), conventions.titles()),
            Column("loans", "count", Text(en="loans", zh="笔数")),
            Column("balance", "money", Text(en="balance", zh="余额")),
            Column("arrears", "money", Text(en="arrears", zh="拖欠金额")),
            Column("share", "share", Text(en="share of balance", zh="余额占比")),
        ),
        steps=lambda question: _steps(question, conventions),
        source="Market practice; IFRS 7.35M",
    )


def _steps(question: Question, conventions: Conventions) -> Steps:
    at_end = f"m.status = 'open' AND m.month_end = {latest(question)}"
    return (
        Steps()
        .then("open_loans", months(question, "m.bucket, m.balance, m.arrears", at_end))
        .then("buckets", f"""
SELECT {question.keys()}bucket, COUNT(*) AS loans, SUM(balance) AS balance,
  SUM(arrears) AS arrears
FROM open_loans {grouped(question, "bucket")}""")
        .then("delinquency", f"""
SELECT {question.keys()}bucket, loans, balance, arrears,
  {ratio("balance", f"SUM(balance) {over(question)}")} AS share
FROM buckets
{ordered(question, conventions.order_sql("bucket"))}""")
    )  # fmt: skip
