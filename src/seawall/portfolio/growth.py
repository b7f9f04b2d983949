"""How fast the book grows, and of what it is made."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, loans, months, ratio, same
from seawall.portfolio.settlement import month_sql


def measure(conventions: Conventions) -> Measure:
    """The measure `growth`."""
    del conventions
    return Measure(
        name="growth",
        title=Text(en="Growth and mix", zh="增长与结构"),
        meaning=Text(
            en="By month: loans and amounts disbursed, principal owed at the end, growth against "
            "the month before and the same month a year before, and the segment's share of the "
            "month's disbursements and of the balance.",
            zh="按月：放款笔数与金额、月末余额、环比与同比增长，以及各细分占当月放款和余额的比例。",
        ),
        columns=(
            Column("month_end", "date", Text(en="month", zh="月份")),
            Column("loans", "count", Text(en="loans disbursed", zh="放款笔数")),
            Column("disbursed", "money", Text(en="disbursed", zh="放款金额")),
            Column("balance", "money", Text(en="balance", zh="月末余额")),
            Column("disbursed_mix", "share", Text(en="share of disbursed", zh="放款占比")),
            Column("balance_mix", "share", Text(en="share of balance", zh="余额占比")),
            Column("growth_month", "share", Text(en="disbursed, on month", zh="放款环比")),
            Column("growth_year", "share", Text(en="disbursed, on year", zh="放款同比")),
        ),
        steps=_steps,
        source="Market practice",
    )


def _steps(question: Question) -> Steps:
    month = month_sql("month_end")
    earlier = "".join(f"""
LEFT JOIN monthly {name} ON {month_sql(f"{name}.month_end")} = {month_sql("t.month_end")} - {back}
{same(question, name, "t")}""" for name, back in (("before", 1), ("year_before", 12)))  # fmt: skip
    return (
        Steps()
        .then("made", loans(
            question, "LAST_DAY(l.disbursed_on) AS month_end, 1 AS loans, "
                      "l.principal AS disbursed, CAST(0 AS DECIMAL(18,2)) AS balance",
            f"LAST_DAY(l.disbursed_on) <= {question.day}"))
        .then("owed", f"""
SELECT {question.keys()}month_end, 0 AS loans, CAST(0 AS DECIMAL(18,2)) AS disbursed,
  SUM(balance) AS balance
FROM ({months(question, "m.month_end, m.balance", "m.balance > 0")}) AS open_loans
{grouped(question, "month_end")}""")
        .then("moves", "SELECT * FROM made UNION ALL SELECT * FROM owed")
        .then("monthly", f"""
SELECT {question.keys()}month_end, CAST(SUM(loans) AS BIGINT) AS loans,
  SUM(disbursed) AS disbursed, SUM(balance) AS balance
FROM moves {grouped(question, "month_end")}""")
        .then("whole", f"""
SELECT {month} AS month, SUM(disbursed) AS disbursed, SUM(balance) AS balance
FROM monthly GROUP BY {month}""")
        .then("growth", f"""
SELECT {question.keys("t")}t.month_end, t.loans, t.disbursed, t.balance,
  {ratio("t.disbursed", "w.disbursed")} AS disbursed_mix,
  {ratio("t.balance", "w.balance")} AS balance_mix,
  {ratio("t.disbursed", "before.disbursed")} - 1 AS growth_month,
  {ratio("t.disbursed", "year_before.disbursed")} - 1 AS growth_year
FROM monthly t JOIN whole w ON w.month = {month_sql("t.month_end")}{earlier}
ORDER BY {"".join(f"t.{name} NULLS LAST, " for name in question.by)}t.month_end""")
    )  # fmt: skip
