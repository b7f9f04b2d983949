"""Principal that comes back before it is due."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, months, ordered, ratio


def measure(conventions: Conventions) -> Measure:
    """The measure `prepayment`."""
    del conventions
    return Measure(
        name="prepayment",
        title=Text(en="Prepayment", zh="提前还款"),
        meaning=Text(
            en="Single monthly mortality (SMM): principal paid ahead of schedule in the month over "
            "the opening balance less scheduled principal paid. CPR = 1 - (1 - SMM)^12.",
            zh="单月提前还款率（SMM）：当月超出计划归还的本金 ÷（月初余额 − 当月按计划归还的本金）；"
            "年化提前还款率 CPR = 1 − (1 − SMM)^12。",
        ),
        columns=(
            Column("month_end", "date", Text(en="month", zh="月份")),
            Column("opening_balance", "money", Text(en="opening balance", zh="月初余额")),
            Column("prepaid", "money", Text(en="prepaid principal", zh="提前归还本金")),
            Column("smm", "share", Text(en="SMM", zh="单月提前还款率")),
            Column("cpr", "rate_annual", Text(en="CPR", zh="年化提前还款率")),
        ),
        steps=_steps,
        source="SIFMA Standard Formulas, SF-4 (SMM, CPR)",
    )


def _steps(question: Question) -> Steps:
    columns = "m.month_end, m.opening_balance, m.prepaid, m.principal_paid"
    return (
        Steps()
        .then("opened", months(question, columns, "m.opening_balance > 0"))
        .then("monthly", f"""
SELECT {question.keys()}month_end, SUM(opening_balance) AS opening_balance,
  SUM(prepaid) AS prepaid, SUM(opening_balance) - SUM(principal_paid) + SUM(prepaid) AS base
FROM opened {grouped(question, "month_end")}""")
        .then("mortality", f"SELECT *, {ratio('prepaid', 'base')} AS smm FROM monthly")
        .then("prepayment", f"""
SELECT {question.keys()}month_end, opening_balance, prepaid, smm,
  1 - POWER(1 - smm, 12) AS cpr
FROM mortality
{ordered(question, "month_end")}""")
    )  # fmt: skip
