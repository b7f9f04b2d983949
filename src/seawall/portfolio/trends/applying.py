"""Who applies, period by period: how many, how indebted, how fast one after another."""

from seawall.core.by_period import (
    Facts,
    counted,
    ends_on,
    grouped,
    inside,
    share_of,
    told,
)
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.trends.facts import APPLICATION_SEGMENTS, APPLICATIONS, EVERY_PERIOD
from seawall.portfolio.watching import Watching

TOKENS = {
    "device": Text(en="device", zh="设备"),
    "address": Text(en="address", zh="地址"),
    "contact": Text(en="contact person", zh="联系人"),
}
"""What applications have in common, besides who applies."""


def trends(watching: Watching) -> tuple[Trend, ...]:
    """The trends of applications."""
    return (
        _made(),
        _indebted(watching.many_lenders),
        *(_rapid(name, watching.rapid_hours) for name in TOKENS),
        *(_busiest(name) for name in TOKENS),
    )


def _made() -> Trend:
    return Trend(
        name="applications",
        title=Text(en="Applications", zh="申请笔数"),
        meaning=Text(en="Applications that came in in the period.", zh="当期收到的申请笔数。"),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: counted(APPLICATIONS, span, "count", sums=("COUNT(*)", "NULL")),
        source="Market practice",
    )  # fmt: skip


def _indebted(lenders: int) -> Trend:
    return Trend(
        name="multi_lender_share",
        title=Text(en="Applicants with many lenders", zh="多头借贷申请占比"),
        meaning=Text(
            en=f"Of the period's applications that tell it, the share whose applicant has {lenders} or "
            "more other lenders with an open loan.",
            zh=f"当期已知他行借款情况的申请中，未结清其他放贷机构数不少于{lenders}家的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: counted(
            APPLICATIONS, span, "share", sums=share_of(f"a.open_lenders >= {lenders}"),
            where="a.open_lenders IS NOT NULL",
        ),
        source="Market practice: multi-lender borrowing",
    )  # fmt: skip


def _rapid(token: str, hours: int) -> Trend:
    title = TOKENS[token]
    return Trend(
        name=f"rapid_{token}_share",
        title=Text(
            en=f"Applications soon after another of the {title.en}", zh=f"同一{title.zh}短时重复申请占比"
        ),
        meaning=Text(
            en=f"Of the period's applications that name a {title.en}, the share made within {hours} "
            f"hours after another one that names the same {title.en}.",
            zh=f"当期填有{title.zh}的申请中，与同一{title.zh}的前一笔申请间隔不超过{hours}小时的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: _followed(span, f"{token}_token", hours),
        source="Market practice: application velocity",
    )  # fmt: skip


def _followed(span: Span, token: str, hours: int) -> Steps:
    """The pause before an application is told by the one before it in time, if there is one."""
    days = hours // 24 + 1
    rows = f"""(
  SELECT *, LAG(applied_at) OVER (PARTITION BY {token} ORDER BY applied_at, application_id) AS before
  FROM application
  WHERE {token} IS NOT NULL AND {inside("CAST(applied_at AS DATE)", span, earlier_days=days)}
) AS a"""
    facts = Facts(rows, APPLICATIONS.day, APPLICATIONS.segments)
    soon = f"a.applied_at <= a.before + INTERVAL {hours} HOUR"
    return counted(facts, span, "share", sums=share_of(soon))


def _busiest(token: str) -> Trend:
    title = TOKENS[token]
    return Trend(
        name=f"busiest_{token}",
        title=Text(en=f"Busiest {title.en} of a day", zh=f"单一{title.zh}单日最多申请数"),
        meaning=Text(
            en=f"The most applications that named one {title.en} on one day (UTC) of the period.",
            zh=f"当期内同一{title.zh}在一天（UTC）中的最多申请笔数。",
        ),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: _most(span, f"{token}_token"),
        source="Market practice: application velocity",
    )  # fmt: skip


def _most(span: Span, token: str) -> Steps:
    day = APPLICATIONS.day
    by = "".join(f"{APPLICATIONS.segments[name]}, " for name in span.by)
    steps = (
        Steps()
        .then("days", f"""
SELECT {APPLICATIONS.keys(span)}{day} AS day, COUNT(*) AS n
FROM {APPLICATIONS.rows}
WHERE a.{token} IS NOT NULL AND {inside(day, span)}
GROUP BY {by}{day}, a.{token}""")
        .then("most", f"""
SELECT {span.keys()}{ends_on("day", span.period)} AS ends_on, MAX(n) AS part, NULL AS whole
FROM days {grouped(span, ends_on("day", span.period))}""")
    )  # fmt: skip
    return told(steps, span, "count")
