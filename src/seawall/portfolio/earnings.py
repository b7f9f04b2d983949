"""What the book earns, and what it loses, per year of balance."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, months, ordered, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `earnings`."""
    del conventions
    return Measure(
        name="earnings",
        title=Text(en="Yield and net loss", zh="收益率与净损失"),
        meaning=Text(
            en="By month, cash basis: interest, fees and late fees received, and charge-offs less "
            "recoveries (after collection costs), each times twelve over the average of opening "
            "and closing balance.",
            zh="按月、收付实现制：利息、费用与滞纳金收入，以及核销减回收（扣除催收成本）；各乘以12，"
            "除以月初月末平均余额。",
        ),
        columns=(
            Column("month_end", "date", Text(en="month", zh="月份")),
            Column("average_balance", "money", Text(en="average balance", zh="平均余额")),
            Column("interest", "money", Text(en="interest", zh="利息")),
            Column("fees", "money", Text(en="fees and late fees", zh="费用及滞纳金")),
            Column("yield_rate", "rate_annual", Text(en="yield", zh="年化收益率")),
            Column("charged_off", "money", Text(en="charged off and waived", zh="核销及减免")),
            Column("recovered", "money", Text(en="recovered, net", zh="净回收")),
            Column("net_loss_rate", "rate_annual", Text(en="net loss", zh="年化净损失率")),
            Column("margin_rate", "rate_annual", Text(en="yield less loss", zh="收益减损失")),
        ),
        steps=_steps,
        source="FFIEC UBPR: yield on loans, net losses to average loans",
    )


def _steps(question: Question) -> Steps:
    yearly = ratio("12 * (interest + fees)", "average_balance")
    lost = ratio("12 * (charged_off - recovered)", "average_balance")
    return (
        Steps()
        .then("flows", months(question, """m.month_end, m.opening_balance + m.balance AS twice,
  m.interest_paid, m.fee_paid + m.late_fee AS fees, m.charged_off + m.waived AS charged_off,
  m.recovered - m.collection_cost AS recovered"""))
        .then("monthly", f"""
SELECT {question.keys()}month_end, CAST(SUM(twice) * 0.5 AS DECIMAL(18,2)) AS average_balance,
  SUM(interest_paid) AS interest, SUM(fees) AS fees, SUM(charged_off) AS charged_off,
  SUM(recovered) AS recovered
FROM flows {grouped(question, "month_end")}""")
        .then("earnings", f"""
SELECT {question.keys()}month_end, average_balance, interest, fees, {yearly} AS yield_rate,
  charged_off, recovered, {lost} AS net_loss_rate, {yearly} - {lost} AS margin_rate
FROM monthly
{ordered(question, "month_end")}""")
    )  # fmt: skip
