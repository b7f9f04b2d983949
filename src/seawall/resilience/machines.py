"""Machines, period by period: errors, latency, outages, failed payments, the age of the backup."""

from seawall.core.by_period import Facts, counted, told
from seawall.core.measure import Arithmetic, Period, Span, Trend, Unit, period_start
from seawall.core.steps import Steps
from seawall.core.text import Text

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")
_SERIES = Facts("series s", "s.observed_on")
_SEGMENTS = ("product", "channel", "region")
_EVENTS = Facts(
    "event e",
    "CAST(e.happened_at AS DATE)",
    {name: f"e.{name}" for name in (*_SEGMENTS, "subject")},
)


def trends() -> tuple[Trend, ...]:
    """The trends of machines."""
    return (
        _series("api_errors", "api_errors", ("count", "count"), ("SUM(s.value)", "NULL"),
                (Text(en="API errors", zh="接口错误数"),
                 Text(en="Errors of the interfaces in the period.", zh="当期接口错误数。"))),
        _series("api_latency", "api_latency_ms", ("milliseconds", "mean"),
                ("SUM(s.value)", "COUNT(*)"),
                (Text(en="API latency", zh="接口时延"),
                 Text(en="The mean of the daily latencies of the interfaces. The sample is days.",
                      zh="接口日时延的均值。样本为天数。"))),
        _series("backup_age", "backup_age_hours", ("hours", "level"), ("MAX(s.value)", "NULL"),
                (Text(en="Age of the backup", zh="备份距今时长"),
                 Text(en="The greatest age that the last backup came to in the period.",
                      zh="当期内距最近一次备份的最长时长。"))),
        _failed_payments(),
        _outage(),
    )  # fmt: skip


def _series(
    name: str, series: str, kind: tuple[Unit, Arithmetic], sums: tuple[str, str],
    texts: tuple[Text, Text],
) -> Trend:  # fmt: skip
    unit, arithmetic = kind
    title, meaning = texts
    return Trend(
        name=name, title=title, meaning=meaning, unit=unit, arithmetic=arithmetic,
        periods=EVERY_PERIOD, segments=(), reads=("series",),
        steps=lambda span: counted(
            _SERIES, span, arithmetic, sums=sums, where=f"s.series_id = '{series}'"
        ),
        source=f"The series `{series}` of the book",
    )  # fmt: skip


def _failed_payments() -> Trend:
    return Trend(
        name="payments_failed",
        title=Text(en="Failed payments", zh="支付失败笔数"),
        meaning=Text(
            en="Customers' payments that failed in the period.", zh="当期失败的客户还款笔数。"
        ),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=_SEGMENTS,
        reads=("event",),
        steps=lambda span: counted(
            _EVENTS, span, "count", sums=("COUNT(*)", "NULL"), where="e.kind = 'payment_failed'"
        ),
        source="Events of kind `payment_failed`",
    )  # fmt: skip


def _outage() -> Trend:
    return Trend(
        name="outage_minutes",
        title=Text(en="Minutes of outage", zh="中断分钟数"),
        meaning=Text(
            en="Minutes of the period (UTC) in which a system was down, outages of several systems "
            "added up; one still open counts up to the period's end.",
            zh="当期（UTC）系统中断的分钟数，多个系统的中断相加；未恢复者计至期末。",
        ),
        unit="minutes", arithmetic="count", periods=EVERY_PERIOD, segments=("subject",),
        reads=("event",),
        steps=_down,
        source="Events of kind `outage`",
    )  # fmt: skip


def _down(span: Span) -> Steps:
    """Each outage is cut to each period that it touches."""
    starts = ", ".join(
        f"(DATE '{period_start(end, span.period)}', DATE '{end}')" for end in span.ends()
    )
    after = "CAST(CAST(p.ends_on + INTERVAL 1 DAY AS DATE) AS TIMESTAMP)"
    begins = "GREATEST(e.happened_at, CAST(p.starts_on AS TIMESTAMP))"
    ends = f"LEAST(COALESCE(e.closed_at, {after}), {after})"
    steps = (
        Steps()
        .then("within", f"SELECT starts_on, ends_on FROM (VALUES {starts}) AS l(starts_on, ends_on)")
        .then("down", f"""
SELECT {_EVENTS.keys(span)}p.ends_on,
  SUM(CAST(DATE_DIFF('second', {begins}, {ends}) AS DOUBLE)) / 60 AS part, NULL AS whole
FROM within p JOIN event e ON e.happened_at < {after}
  AND COALESCE(e.closed_at, {after}) > CAST(p.starts_on AS TIMESTAMP)
WHERE e.kind = 'outage'
GROUP BY {"".join(f"{_EVENTS.segments[name]}, " for name in span.by)}p.ends_on""")
    )  # fmt: skip
    return told(steps, span, "count")
