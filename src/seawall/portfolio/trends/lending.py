"""What is paid out, period by period: how much, how large, how dear, how fast it grows."""

from seawall.core.by_period import periods, same, told
from seawall.core.measure import Arithmetic, Span, Trend, Unit
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.settlement import month_sql
from seawall.portfolio.trends.facts import EVERY_PERIOD, LENT, LOAN_SEGMENTS, MONTHLY
from seawall.portfolio.watching import Watching


def trends(watching: Watching) -> tuple[Trend, ...]:
    """The trends of disbursements."""
    return (
        _lent("loans_made", "count", "count", Text(en="Loans paid out", zh="放款笔数"),
              Text(en="Loans paid out in the period.", zh="当期放款笔数。"), "SUM(loans)"),
        _lent("disbursed", "money", "count", Text(en="Disbursed", zh="放款金额"),
              Text(en="Money paid out in the period.", zh="当期放款金额。"), "SUM(disbursed)"),
        _lent("amount_mean", "money", "mean", Text(en="Average loan", zh="笔均放款金额"),
              Text(en="Money paid out per loan of the period.", zh="当期笔均放款金额。"),
              "SUM(disbursed)", "SUM(loans)"),
        _lent("rate_mean", "rate_annual", "mean", Text(en="Average rate", zh="平均年利率"),
              Text(en="The mean contract rate of the period's loans that have one.",
                   zh="当期有合同利率的放款的平均年利率（按笔）。"), "SUM(rates)", "SUM(rated)"),
        _lent("rate_highest", "rate_annual", "level", Text(en="Highest rate", zh="最高年利率"),
              Text(en="The highest contract rate among the period's loans; fees outside it are not in.",
                   zh="当期放款的最高合同年利率；不含利率以外的费用。"), "MAX(rate_most)"),
        _growth(watching.growth_months),
    )  # fmt: skip


def _lent(  # noqa: PLR0913, PLR0917 - what sets one of these trends apart, in the order of a trend's fields
    name: str, unit: Unit, arithmetic: Arithmetic, title: Text, meaning: Text, part: str,
    whole: str = "NULL",
) -> Trend:  # fmt: skip
    return Trend(
        name=name, title=title, meaning=meaning, unit=unit, arithmetic=arithmetic,
        periods=EVERY_PERIOD, segments=LOAN_SEGMENTS, reads=("loan",),
        steps=lambda span: LENT.trend(span, arithmetic, part=part, whole=whole),
        source="Market practice",
    )  # fmt: skip


def _growth(months: int) -> Trend:
    return Trend(
        name="disbursed_growth",
        title=Text(en="Growth of disbursements", zh="放款增速"),
        meaning=Text(
            en=f"Money paid out in the last {months} months over that of the {months} months before, "
            "less one. Unknown while the book is younger than that, or where nothing was paid out before.",
            zh=f"最近{months}个月放款金额 ÷ 再前{months}个月放款金额 − 1。账簿未满该期间或此前无放款时为空。",
        ),
        unit="share", arithmetic="level", periods=MONTHLY, segments=LOAN_SEGMENTS, reads=("loan",),
        steps=lambda span: _grown(span, months),
        source="Market practice",
    )  # fmt: skip


def _grown(span: Span, months: int) -> Steps:
    """Every segment that was ever lent to, also in months in which it no longer is."""
    back = f"{month_sql('p.ends_on')} - {month_sql('b.ends_on')}"
    long = f"{month_sql('ends_on')} - (SELECT MIN({month_sql('disbursed_on')}) FROM loan)"
    segments = f"CROSS JOIN (SELECT DISTINCT {', '.join(span.by)} FROM lent) AS met"
    steps = (
        LENT.steps(span, earlier_days=31 * 2 * months)
        .then("asked", f"""
SELECT {span.keys()}ends_on FROM ({periods(span)}) AS ends {segments if span.by else ""}
WHERE {long} >= {2 * months - 1}""")
        .then("amounts", f"""
SELECT {span.keys("p")}p.ends_on,
  SUM(CASE WHEN {back} < {months} THEN b.disbursed ELSE 0 END) AS now,
  SUM(CASE WHEN {back} >= {months} THEN b.disbursed ELSE 0 END) AS before
FROM asked p JOIN lent b ON {back} BETWEEN 0 AND {2 * months - 1}{same(span, "b", "p")}
GROUP BY {span.keys("p")}p.ends_on""")
        .then("grown", f"""
SELECT {span.keys()}ends_on, now / NULLIF(before, 0) - 1 AS part, NULL AS whole FROM amounts""")
    )  # fmt: skip
    return told(steps, span, "level")
