"""What comes back after charge-off, and so what is lost given default."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, months, ordered, ratio
from seawall.portfolio.settlement import month_sql


def measure(conventions: Conventions) -> Measure:
    """The measure `recovery`."""
    del conventions
    return Measure(
        name="recovery",
        title=Text(en="Recovery and LGD", zh="回收与违约损失率"),
        meaning=Text(
            en="Charged-off loans by months since charge-off: cash recovered so far over the amount "
            "charged off, before and after collection costs; LGD = 1 - net recovery, undiscounted. "
            "Each point holds the loans that have been observed that long.",
            zh="已核销贷款按核销后月数：累计回收现金 ÷ 核销金额（扣除催收成本前后）；违约损失率 = 1 − 净回收率，"
            "未折现。每一点只含观察期已达该月数的贷款。",
        ),
        columns=(
            Column("months_since", "months", Text(en="months since charge-off", zh="核销后月数")),
            Column("loans", "count", Text(en="loans", zh="笔数")),
            Column("charged_off", "money", Text(en="charged off", zh="核销金额")),
            Column("recovered", "money", Text(en="recovered so far", zh="累计回收")),
            Column("recovery_rate", "share", Text(en="recovery rate", zh="回收率")),
            Column("net_recovery_rate", "share", Text(en="net of costs", zh="净回收率")),
            Column("lgd", "share", Text(en="LGD", zh="违约损失率")),
        ),
        steps=_steps,
        source="Basel CRE36.83-36.86 (workout LGD); undiscounted here",
    )


_SO_FAR = "OVER (PARTITION BY loan_id ORDER BY month ROWS UNBOUNDED PRECEDING)"


def _steps(question: Question) -> Steps:
    columns = (
        f"m.loan_id, {month_sql('m.month_end')} AS month, m.charged_off, m.recovered, "
        "m.collection_cost"
    )
    net = "(SUM(recovered) - SUM(cost))"
    return (
        Steps()
        .then("lost", months(question, columns, "m.bucket = 'charged_off'"))
        .then("courses", f"""
SELECT {question.keys()}loan_id, month,
  CAST(month - MIN(month) OVER (PARTITION BY loan_id) AS INTEGER) AS months_since,
  SUM(charged_off) {_SO_FAR} AS charged_off, SUM(recovered) {_SO_FAR} AS recovered,
  SUM(collection_cost) {_SO_FAR} AS cost
FROM lost""")
        .then("recovery", f"""
SELECT {question.keys()}months_since, COUNT(*) AS loans, SUM(charged_off) AS charged_off,
  SUM(recovered) AS recovered, {ratio("SUM(recovered)", "SUM(charged_off)")} AS recovery_rate,
  {ratio(net, "SUM(charged_off)")} AS net_recovery_rate,
  1 - {ratio(net, "SUM(charged_off)")} AS lgd
FROM courses {grouped(question, "months_since")}
{ordered(question, "months_since")}""")
    )  # fmt: skip
