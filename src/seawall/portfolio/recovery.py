"""What comes back after charge-off, and so what is lost given default."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import grouped, months, ordered, over, ratio, same
from seawall.portfolio.settlement import month_sql

_SINCE = Column("months_since", "months", Text(en="months since charge-off", zh="核销后月数"))
_LOANS = Column("loans", "count", Text(en="loans", zh="笔数"))
_RATE = Column("recovery_rate", "share", Text(en="recovery rate", zh="回收率"))
_NET = Column("net_recovery_rate", "share", Text(en="net of costs", zh="净回收率"))
_QUARTER = "FLOOR(start / 3)"
_DAY = "MAKE_DATE(CAST(FLOOR(cohort / 4) AS INTEGER), CAST(cohort % 4 * 3 + 1 AS INTEGER), 1)"


def curves(conventions: Conventions) -> Measure:
    """The measure `recovery`."""
    del conventions
    return Measure(
        name="recovery",
        title=Text(en="Recovery curves", zh="回收曲线"),
        meaning=Text(
            en="Loans charged off in one quarter, by months since each one's charge-off: cash "
            "recovered so far over the principal charged off, before and after collection costs; "
            "realised loss = 1 - net recovery so far, undiscounted. Each curve keeps its loans and "
            "its denominator, and ends where the first of its loans was last observed.",
            zh="同一季度核销的贷款，按各自核销后月数：累计回收现金 ÷ 核销本金（扣除催收成本前后）；"
            "已实现损失率 = 1 − 累计净回收率，未折现。每条曲线的贷款与分母保持不变，"
            "止于其中首笔贷款的最后观察月。",
        ),
        columns=(
            Column("cohort", "date", Text(en="quarter of charge-off", zh="核销季度")),
            _SINCE,
            _LOANS,
            Column("charged_off", "money", Text(en="charged off", zh="核销金额")),
            Column("recovered", "money", Text(en="recovered so far", zh="累计回收")),
            _RATE,
            _NET,
            Column("realised_loss", "share", Text(en="realised loss", zh="已实现损失率")),
        ),
        steps=_curves,
        source="Basel CRE36.76 and 36.83-36.86: recoveries and their costs, by default cohort",
    )


def lgd(conventions: Conventions) -> Measure:
    """The measure `lgd`."""
    del conventions
    return Measure(
        name="lgd",
        title=Text(en="Workout LGD", zh="清收法违约损失率"),
        meaning=Text(
            en="All charged-off loans, each month since charge-off from the loans observed that "
            "long: what came back in that month of age over their principal charged off, summed "
            "over ages (the additive chain ladder). Young cohorts are so completed by what older "
            "ones did, and the curve cannot fall because loans leave it. LGD = 1 - net recovery up "
            "to that age; the discounted one takes cash back to the month of charge-off at the "
            "contract's monthly rate (annual rate / 12), and is given where every loan has a rate. "
            "The last ages rest on few loans: see their number.",
            zh="全部已核销贷款；核销后每一月龄只用观察期已达该月龄的贷款：该月龄的回收 ÷ 其核销本金，"
            "再按月龄累加（加法链梯法）。年轻批次由较早批次补全，曲线不会因贷款退出而下降。"
            "违约损失率 = 1 − 截至该月龄的净回收率；折现值按合同月利率（年利率 ÷ 12）折回核销月，"
            "仅在每笔贷款都有合同利率时给出。末端月龄样本少，请看笔数。",
        ),
        columns=(
            _SINCE,
            Column("loans", "count", Text(en="loans observed that long", zh="观察期达到的笔数")),
            Column("charged_off", "money", Text(en="their charge-offs", zh="其核销金额")),
            _RATE,
            _NET,
            Column("lgd", "share", Text(en="LGD", zh="违约损失率")),
            Column("lgd_discounted", "share", Text(en="LGD, discounted", zh="折现违约损失率")),
        ),
        steps=_lgd,
        source="Basel CRE36.76 (economic loss, discounted) and 36.83; additive method: Schmidt & "
        "Zocher (2008), Variance 2(1)",
    )


def _lost(question: Question) -> Steps:
    """Months of charged-off loans, and those loans with their first and last such month."""
    columns = (
        f"m.loan_id, {month_sql('m.month_end')} AS month, m.charged_off, m.recovered, "
        "m.recovered - m.collection_cost AS net"
    )
    return (
        Steps()
        .then("lost", months(question, columns, "m.bucket = 'charged_off'"))
        .then("gone", f"""
SELECT {question.keys()}loan_id, MIN(month) AS start, MAX(month) AS until,
  SUM(charged_off) AS charged_off
FROM lost {grouped(question, "loan_id")}""")
    )  # fmt: skip


def _curves(question: Question) -> Steps:
    so_far = over(question, "cohort", order="months_since")
    return (
        _lost(question)
        .then("cohorts", f"""
SELECT {question.keys()}{_QUARTER} AS cohort, COUNT(*) AS loans, SUM(charged_off) AS charged_off,
  MIN(until - start) AS ends_at
FROM gone {grouped(question, _QUARTER)}""")
        .then("ages", f"""
SELECT {question.keys("g")}{_QUARTER} AS cohort, CAST(l.month - g.start AS INTEGER) AS months_since,
  SUM(l.recovered) AS recovered, SUM(l.net) AS net
FROM lost l JOIN gone g ON g.loan_id = l.loan_id
GROUP BY {question.keys("g")}{_QUARTER}, l.month - g.start""")
        .then("running", f"""
SELECT {question.keys()}cohort, months_since, SUM(recovered) {so_far} AS recovered,
  SUM(net) {so_far} AS net
FROM ages""")
        .then("recovery", f"""
SELECT {question.keys("c")}{_DAY.replace("cohort", "c.cohort")} AS cohort, r.months_since, c.loans,
  c.charged_off, r.recovered, {ratio("r.recovered", "c.charged_off")} AS recovery_rate,
  {ratio("r.net", "c.charged_off")} AS net_recovery_rate,
  1 - {ratio("r.net", "c.charged_off")} AS realised_loss
FROM running r JOIN cohorts c ON c.cohort = r.cohort {same(question, "c", "r")}
WHERE r.months_since <= c.ends_at
{ordered(question, "cohort", "months_since")}""")
    )  # fmt: skip


def _lgd(question: Question) -> Steps:
    so_far = over(question, order="months_since")
    discounted = "CAST(l.net AS DOUBLE) * POWER(1 + o.annual_rate / 12, g.start - l.month)"
    return (
        _lost(question)
        .then("ages", f"""
SELECT {question.keys("g")}CAST(l.month - g.start AS INTEGER) AS months_since, COUNT(*) AS loans,
  COUNT(o.annual_rate) AS rated, SUM(g.charged_off) AS charged_off,
  SUM(l.recovered) AS recovered, SUM(l.net) AS net, SUM({discounted}) AS discounted
FROM lost l JOIN gone g ON g.loan_id = l.loan_id JOIN loan o ON o.loan_id = l.loan_id
GROUP BY {question.keys("g")}l.month - g.start""")
        .then("running", f"""
SELECT {question.keys()}months_since, loans, charged_off,
  SUM({ratio("recovered", "charged_off")}) {so_far} AS recovery_rate,
  SUM({ratio("net", "charged_off")}) {so_far} AS net_recovery_rate,
  CASE WHEN SUM(loans - rated) {so_far} = 0
    THEN 1 - SUM({ratio("discounted", "charged_off")}) {so_far} END AS lgd_discounted
FROM ages""")
        .then("lgd", f"""
SELECT {question.keys()}months_since, loans, charged_off, recovery_rate, net_recovery_rate,
  1 - net_recovery_rate AS lgd, lgd_discounted
FROM running
{ordered(question, "months_since")}""")
    )  # fmt: skip
