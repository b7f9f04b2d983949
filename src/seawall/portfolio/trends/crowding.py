"""Who shares devices, addresses and contact persons with whom: fraud rings, as they become visible."""

from seawall.core.by_period import Summary, ends_on, grouped, inside, times, told
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.trends.applying import TOKENS
from seawall.portfolio.trends.facts import APPLICATION_SEGMENTS, APPLICATIONS, EVERY_PERIOD
from seawall.portfolio.watching import Watching


def trends(watching: Watching) -> tuple[Trend, ...]:
    """For each kind of token: the share of applications on crowded ones, and the largest crowd."""
    return tuple(make(name, watching) for make in (_crowded, _largest) for name in TOKENS)


def _crowded(token: str, watching: Watching) -> Trend:
    title, others, days = TOKENS[token], watching.shared_customers, watching.shared_days
    return Trend(
        name=f"crowded_{token}_share",
        title=Text(en=f"Applications on a crowded {title.en}", zh=f"共用{title.zh}申请占比"),
        meaning=Text(
            en=f"Of the period's applications, the share whose {title.en} {others} or more other "
            f"customers had used in an application of the {days} days before.",
            zh=f"当期申请中，其{title.zh}在此前{days}天内被{others}个以上其他客户的申请使用过的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: _share(span, f"{token}_token", watching),
        source="Market practice; Van Vlasselaer et al. (2015), Decision Support Systems 75, on shared "
        "resources",
    )  # fmt: skip


def _largest(token: str, watching: Watching) -> Trend:
    title, days = TOKENS[token], watching.shared_days
    return Trend(
        name=f"largest_{token}_crowd",
        title=Text(en=f"Most customers of one {title.en}", zh=f"单一{title.zh}最多客户数"),
        meaning=Text(
            en=f"The most customers that had applied with one {title.en} within {days} days, on the day "
            "of an application of the period; zero where none was shared.",
            zh=f"以当期申请日为准，{days}天内用同一{title.zh}申请的最多客户数；无共用时为0。",
        ),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=APPLICATION_SEGMENTS,
        reads=("application",),
        steps=lambda span: _most(span, f"{token}_token", watching),
        source="Market practice; Van Vlasselaer et al. (2015), Decision Support Systems 75, on shared "
        "resources",
    )  # fmt: skip


def _crowds(span: Span, token: str, watching: Watching) -> Steps:
    """Applications whose token other customers had used in the days before, and how many.

    The same for every segmentation. Few tokens are ever shared, so these are found first, by the
    least and the greatest of their customers.
    """
    known = inside("CAST(applied_at AS DATE)", span, earlier_days=watching.shared_days)
    segments = ", ".join(f"MIN(a.{name}) AS {name}" for name in APPLICATION_SEGMENTS)
    return Steps().then("crowds", f"""
SELECT a.application_id, MIN(a.applied_at) AS applied_at, {segments},
  COUNT(DISTINCT b.customer_token) AS others
FROM (
  SELECT * FROM application
  WHERE {known} AND {token} IN (
    SELECT {token} FROM application WHERE {known}
    GROUP BY {token} HAVING MIN(customer_token) <> MAX(customer_token))
) AS a
JOIN application b ON b.{token} = a.{token} AND b.customer_token <> a.customer_token
  AND b.applied_at <= a.applied_at AND b.applied_at >= a.applied_at - INTERVAL {watching.shared_days} DAY
WHERE {inside(APPLICATIONS.day, span)}
GROUP BY a.application_id""")  # fmt: skip


def _told(span: Span, token: str, watching: Watching) -> Steps:
    """Every period and segment with applications: how many, how many crowded, the largest crowd."""
    every = Summary("every", APPLICATIONS, {"n": "COUNT(*)"}).steps(span).queue[0]
    end = ends_on(APPLICATIONS.day, span.period)
    return (
        _crowds(span, token, watching)
        .then(every.name, every.sql)
        .then("shared", f"""
SELECT {span.keys()}{end} AS ends_on, 0 AS n, MAX(others) + 1 AS crowd,
  {times(f"others >= {watching.shared_customers}")} AS crowded
FROM crowds a {grouped(span, end)}""")
        .then("sums", f"""
SELECT {span.keys()}ends_on, SUM(n) AS n, MAX(crowd) AS crowd, SUM(crowded) AS crowded
FROM (SELECT {span.keys()}ends_on, n, 0 AS crowd, 0 AS crowded FROM every
  UNION ALL SELECT {span.keys()}ends_on, n, crowd, crowded FROM shared) AS together
{grouped(span, "ends_on")}""")
    )  # fmt: skip


def _share(span: Span, token: str, watching: Watching) -> Steps:
    read = f"SELECT {span.keys()}ends_on, crowded AS part, n AS whole FROM sums"
    return told(_told(span, token, watching).then("read", read), span, "share")


def _most(span: Span, token: str, watching: Watching) -> Steps:
    read = f"SELECT {span.keys()}ends_on, crowd AS part, NULL AS whole FROM sums"
    return told(_told(span, token, watching).then("read", read), span, "count")
