"""Complaints and disputes, period by period: how many, how long they stay open, how many are late."""

from seawall.conduct.rules import Rules
from seawall.core.by_period import Facts, counted, ends_on, inside, same, standing, told
from seawall.core.measure import Period, Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")
SEGMENTS = ("product", "channel", "region")
_TITLES = {
    "complaint": Text(en="complaints", zh="投诉"),
    "dispute": Text(en="disputes", zh="异议"),
}
_EVENT = {name: f"e.{name}" for name in (*SEGMENTS, "detail")}
_EVENTS = Facts("event e", "CAST(e.happened_at AS DATE)", _EVENT)
_LOANS = Facts(
    "month_end m",
    "m.month_end",
    {name: f"l.{name}" for name in SEGMENTS},
    "JOIN loan l ON l.loan_id = m.loan_id",
)


def trends(rules: Rules) -> tuple[Trend, ...]:
    """The trends of complaints and of disputes."""
    days = {"complaint": rules.complaint.days, "dispute": rules.dispute.days}
    return tuple(
        trend
        for kind in _TITLES
        for trend in (_made(kind), _rate(kind), _open(kind), _late(kind, days[kind]))
    )


def _made(kind: str) -> Trend:
    title = _TITLES[kind]
    return Trend(
        name=f"{kind}s",
        title=Text(en=title.en.capitalize(), zh=f"{title.zh}件数"),
        meaning=Text(
            en=f"New {title.en} of the period; `detail` is their topic.",
            zh=f"当期新增{title.zh}；`detail`为主题。",
        ),
        unit="count", arithmetic="count", periods=EVERY_PERIOD, segments=(*SEGMENTS, "detail"),
        reads=("event",),
        steps=lambda span: counted(
            _EVENTS, span, "count", sums=("COUNT(*)", "NULL"), where=f"e.kind = '{kind}'"
        ),
        source="Market practice",
    )  # fmt: skip


def _rate(kind: str) -> Trend:
    title = _TITLES[kind]
    return Trend(
        name=f"{kind}_rate",
        title=Text(en=f"{title.en.capitalize()} per open loan", zh=f"每笔在贷{title.zh}率"),
        meaning=Text(
            en=f"New {title.en} of the month over the loans open at its end; a thousandth is one in a "
            "thousand loans.",
            zh=f"当月新增{title.zh} ÷ 月末未结清贷款笔数；千分之一即每千笔一件。",
        ),
        unit="share", arithmetic="share", periods=("month",), segments=SEGMENTS,
        reads=("event", "month_end", "loan"),
        steps=lambda span: _per_loan(span, kind),
        source="Market practice; FCA DISP 1 Annex 1R (complaints per 1,000 accounts)",
    )  # fmt: skip


def _per_loan(span: Span, kind: str) -> Steps:
    end = ends_on(_LOANS.day, span.period)
    by = "".join(f"{_LOANS.segments[name]}, " for name in span.by)
    made = ends_on(_EVENTS.day, span.period)
    steps = (
        Steps()
        .then("open_loans", f"""
SELECT {_LOANS.keys(span)}{end} AS ends_on, COUNT(*) AS whole
FROM {_LOANS.source(span)} WHERE m.status = 'open' AND {inside(_LOANS.day, span)}
GROUP BY {by}{end}""")
        .then("made", f"""
SELECT {_EVENTS.keys(span)}{made} AS ends_on, COUNT(*) AS part
FROM event e WHERE e.kind = '{kind}' AND {inside(_EVENTS.day, span)}
GROUP BY {"".join(f"{_EVENTS.segments[name]}, " for name in span.by)}{made}""")
        .then("rates", f"""
SELECT {span.keys("o")}o.ends_on, COALESCE(m.part, 0) AS part, o.whole
FROM open_loans o LEFT JOIN made m ON m.ends_on = o.ends_on{same(span, "m", "o")}""")
    )  # fmt: skip
    return told(steps, span, "share")


def _open(kind: str) -> Trend:
    title = _TITLES[kind]
    return Trend(
        name=f"{kind}s_open",
        title=Text(en=f"Open {title.en}", zh=f"未办结{title.zh}"),
        meaning=Text(
            en=f"{title.en.capitalize()} not settled by the period's end.",
            zh=f"期末尚未办结的{title.zh}件数。",
        ),
        unit="count", arithmetic="level", periods=EVERY_PERIOD, segments=(*SEGMENTS, "detail"),
        reads=("event",),
        steps=lambda span: standing(
            _EVENTS, span, ended="CAST(e.closed_at AS DATE)", where=f"e.kind = '{kind}'"
        ),
        source="Market practice",
    )  # fmt: skip


def _late(kind: str, days: int) -> Trend:
    title = _TITLES[kind]
    return Trend(
        name=f"{kind}s_late",
        title=Text(en=f"Late {title.en}", zh=f"超期{title.zh}占比"),
        meaning=Text(
            en=f"Of the {title.en} that came to be {days} days old in the period, the share not settled "
            "by then.",
            zh=f"在当期届满{days}天的{title.zh}中，届时仍未办结的占比。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=(*SEGMENTS, "detail"),
        reads=("event",),
        steps=lambda span: _overdue(span, kind, days),
        source="The days: pack conventions/conduct.yaml",
    )  # fmt: skip


def _overdue(span: Span, kind: str, days: int) -> Steps:
    day = f"CAST(CAST(e.happened_at AS DATE) + INTERVAL {days} DAY AS DATE)"
    settled = f"SUM(CASE WHEN CAST(e.closed_at AS DATE) <= {day} THEN 0 ELSE 1 END)"
    facts = Facts("event e", day, _EVENT)
    return counted(facts, span, "share", sums=(settled, "COUNT(*)"), where=f"e.kind = '{kind}'")
