"""How far a month's distribution is from that of the months before: the population stability index."""

from seawall.core.by_period import ends_on, grouped, inside, same, told
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.settlement import month_sql
from seawall.portfolio.trends.facts import APPLICATION_SEGMENTS, APPLICATIONS, MONTHLY
from seawall.portfolio.watching import Watching

# Bins that need no baseline to be cut: steps of a scale on which each input is about even. A score's
# step is a twentieth, amounts and incomes step by a quarter, ages by five years.
_BINS = {
    "bureau_score": "FLOOR(LN(NULLIF(a.bureau_score, 0)) / LN(1.05))",
    "income": "FLOOR(LN(CAST(NULLIF(a.income_annual, 0) AS DOUBLE)) / LN(1.25))",
    "amount": "FLOOR(LN(CAST(a.amount AS DOUBLE)) / LN(1.25))",
    "age": "FLOOR((EXTRACT(YEAR FROM a.applied_at) - a.birth_year) / 5)",
}
_TITLES = {
    "bureau_score": Text(en="bureau score", zh="征信评分"),
    "income": Text(en="stated income", zh="申报收入"),
    "amount": Text(en="amount asked for", zh="申请金额"),
    "age": Text(en="age", zh="年龄"),
}
_STEPS = {
    "bureau_score": Text(en="steps of 5 %", zh="每档5%"),
    "income": Text(en="steps of 25 %", zh="每档25%"),
    "amount": Text(en="steps of 25 %", zh="每档25%"),
    "age": Text(en="steps of 5 years", zh="每档5岁"),
}


def trends(watching: Watching) -> tuple[Trend, ...]:
    """The drift of what applications say."""
    return tuple(_drift(name, watching.drift_months) for name in _BINS)


def _drift(name: str, months: int) -> Trend:
    title, step = _TITLES[name], _STEPS[name]
    return Trend(
        name=f"{name}_drift",
        title=Text(en=f"Drift of the {title.en}", zh=f"{title.zh}漂移"),
        meaning=Text(
            en=f"Population stability index of the month's applications by {title.en} ({step.en}; "
            f"unknown is a bin) against those of the {months} months before: the sum of "
            "(p - q) ln(p / q), with half an application more in each bin. Unknown until there is a "
            "month before.",
            zh=f"当月申请按{title.zh}的分布（{step.zh}；缺失单列）相对此前{months}个月的群体稳定性指数"
            "（PSI）：求和 (p − q) ln(p / q)，各档加0.5笔。此前无数据时为空。",
        ),
        unit="index", arithmetic="level", periods=MONTHLY, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: _steps(span, _BINS[name], months),
        source="Siddiqi (2006), Credit Risk Scorecards, ch. 9; du Pisanie et al. (2023), "
        "arXiv:2303.01227 on its size in small samples",
    )  # fmt: skip


def _steps(span: Span, bin_: str, months: int) -> Steps:
    end = ends_on(APPLICATIONS.day, span.period)
    steps = Steps().then("counts", f"""
SELECT {APPLICATIONS.keys(span)}{end} AS ends_on, CAST({bin_} AS VARCHAR) AS bin, COUNT(*) AS n
FROM {APPLICATIONS.rows}
WHERE {inside(APPLICATIONS.day, span, earlier_days=31 * months + 1)}
GROUP BY {"".join(f"{APPLICATIONS.segments[name]}, " for name in span.by)}{end}, {bin_}""")  # fmt: skip
    return compared(steps, span, months)


def compared(steps: Steps, span: Span, months: int) -> Steps:
    """A trend of the population stability index, from counts by month and bin.

    Args:
        steps: the last of them is `counts`: segments, `ends_on`, `bin`, `n`, from so many months
            before the span on.
        span: what is asked, by month.
        months: how many months before a month it is compared with.
    """
    now, then = month_sql("p.ends_on"), month_sql("c.ends_on")
    smooth = "(c.{0} + 0.5) / (c.{0}_all + 0.5 * c.bins)"
    p, q = smooth.format("now"), smooth.format("before")
    steps = (
        steps
        .then("asked", _asked(span))
        .then("beside", f"""
SELECT {span.keys("p")}p.ends_on, c.bin,
  CAST(SUM(CASE WHEN {then} = {now} THEN c.n ELSE 0 END) AS DOUBLE) AS now,
  CAST(SUM(CASE WHEN {then} < {now} THEN c.n ELSE 0 END) AS DOUBLE) AS before
FROM asked p JOIN counts c ON {then} BETWEEN {now} - {months} AND {now}{same(span, "c", "p")}
GROUP BY {span.keys("p")}p.ends_on, c.bin""")
        .then("sized", f"""
SELECT *, SUM(now) {_of(span)} AS now_all, SUM(before) {_of(span)} AS before_all,
  COUNT(*) {_of(span)} AS bins
FROM beside""")
        .then("indexed", f"""
SELECT {span.keys()}ends_on, SUM(({p} - {q}) * LN(({p}) / ({q}))) AS part, NULL AS whole
FROM sized c WHERE now_all > 0 AND before_all > 0
{grouped(span, "ends_on")}""")
    )  # fmt: skip
    return told(steps, span, "level")


def _asked(span: Span) -> str:
    """The span's months with every segment counted in them."""
    ends = span.ends()
    return (
        f"SELECT DISTINCT {span.keys()}ends_on FROM counts "
        f"WHERE ends_on BETWEEN DATE '{ends[0]}' AND DATE '{ends[-1]}'"
    )


def _of(span: Span) -> str:
    return f"OVER (PARTITION BY {', '.join((*span.by, 'ends_on'))})"
