"""How loans turn out as they age: the first instalment, vintages at an age, what comes back of losses."""

from seawall.core.by_period import Facts, Summary, counted, periods, same, told
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.settlement import month_sql
from seawall.portfolio.trends.facts import EVERY_PERIOD, LOAN_SEGMENTS, LOANS, MONTHLY, MONTHS
from seawall.portfolio.watching import Watching

_PAID_ON = "LEAST(COALESCE(s.settled_on, s.ended_on), COALESCE(s.ended_on, s.settled_on))"


def trends(conventions: Conventions, watching: Watching) -> tuple[Trend, ...]:
    """The trends of loans by their age."""
    ages, late = watching.vintage_months, watching.vintage_late_days
    return (
        *(_first_payment(days, conventions) for days in conventions.early_late_days if days > 0),
        *(_vintage(months, late) for months in ages),
        _recovered(watching.losses_months),
    )


def _first_payment(days: int, conventions: Conventions) -> Trend:
    """The last of the conventional delays is the one called default."""
    default = days == max(conventions.early_late_days)
    name = "first_payment_default" if default else f"first_payment_late_{days}"
    return Trend(
        name=name,
        title=Text(en="First-payment default", zh="首期违约率")
        if default
        else Text(en=f"First payment {days} days late", zh=f"首期逾期{days}天占比"),
        meaning=Text(
            en=f"Of the loans whose first instalment came to be {days} days past its due date in the "
            "period, the share in which it was not paid in full by then. A loan paid off before counts "
            "as paid.",
            zh=f"首期到期日在当期届满{days}天的贷款中，届时首期仍未还清的占比。提前结清视为已还。",
        ),
        unit="share", arithmetic="share", periods=EVERY_PERIOD, segments=LOAN_SEGMENTS,
        reads=("loan", "settlement"),
        steps=lambda span: _unpaid(span, days),
        source="Market practice: FPD",
    )  # fmt: skip


def _unpaid(span: Span, days: int) -> Steps:
    """First instalments on the day they have had their days, where that day is known."""
    day = f"CAST(s.due_on + INTERVAL {days} DAY AS DATE)"
    known = f"({day} <= l.observed_on OR l.closed_on <= {day})"
    facts = Facts("settlement s JOIN loan l ON l.loan_id = s.loan_id", day, LOANS.segments)
    late = f"SUM(CASE WHEN {_PAID_ON} <= {day} THEN 0 ELSE 1 END)"
    where = f"s.number = 1 AND {known}"
    return counted(facts, span, "share", sums=(late, "COUNT(*)"), where=where)


def _vintage(months: int, late_days: int) -> Trend:
    return Trend(
        name=f"vintage_{late_days}_plus_at_{months}",
        title=Text(
            en=f"{late_days}+ at {months} months on book", zh=f"账龄{months}个月逾期{late_days}天以上占比"
        ),
        meaning=Text(
            en=f"Of the loans paid out {months} months before the month, the share that was, at any "
            f"month-end up to now, more than {late_days} days past due or charged off.",
            zh=f"{months}个月前放款的贷款中，截至当月任一月末曾逾期超过{late_days}天或已核销的占比。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=LOAN_SEGMENTS,
        reads=("loan", "month_end"),
        steps=lambda span: _aged(span, months, late_days),
        source="Market practice: vintage analysis at an age",
    )  # fmt: skip


def _aged(span: Span, months: int, late_days: int) -> Steps:
    """Loans by the month in which they reach the age, and of them those that were ever late.

    A loan is late once: at the month-end that finds it so for the first time.
    """
    comes = f"LAST_DAY(CAST(l.disbursed_on + INTERVAL {months} MONTH AS DATE))"
    known = f"({comes} <= l.observed_on OR l.closed_on <= {comes} OR l.charged_off_on <= {comes})"
    first = (
        f"m.months_on_book <= {months} AND m.opening_worst_days <= {late_days} AND "
        f"(m.days_past_due > {late_days} OR m.bucket = 'charged_off' "
        "AND COALESCE(m.opening_bucket, '') <> 'charged_off')"
    )
    made = Facts("loan l", comes, LOANS.segments)
    late = Facts("month_end m JOIN loan l ON l.loan_id = m.loan_id", comes, LOANS.segments)
    whole = Summary("made", made, {"part": "0", "whole": "COUNT(*)"}, where=known)
    part = Summary("late", late, {"part": "COUNT(*)", "whole": "0"}, where=f"{known} AND {first}")
    steps = whole.steps(span)
    for step in part.steps(span).queue:
        steps = steps.then(step.name, step.sql)
    steps = steps.then("aged", f"""
SELECT {span.keys()}ends_on, SUM(part) AS part, SUM(whole) AS whole
FROM (SELECT * FROM made UNION ALL SELECT * FROM late) AS every_loan
GROUP BY {span.keys()}ends_on""")  # fmt: skip
    return told(steps, span, "share")


def _recovered(months: int) -> Trend:
    return Trend(
        name="recovery_rate",
        title=Text(en="Recovery rate", zh="核销回收率"),
        meaning=Text(
            en="Cash that came back in the month on charged-off loans, over the principal charged off "
            f"in the {months} months before. The sample is money.",
            zh=f"当月已核销贷款回收现金 ÷ 此前{months}个月核销本金。样本为金额。",
        ),
        unit="share", arithmetic="share", periods=MONTHLY, segments=LOAN_SEGMENTS,
        reads=("month_end", "loan"),
        steps=lambda span: _came_back(span, months),
        source="Market practice",
    )  # fmt: skip


def _came_back(span: Span, months: int) -> Steps:
    sums = {name: f"SUM(CAST(m.{name} AS DOUBLE))" for name in ("recovered", "charged_off")}
    where = "(m.charged_off > 0 OR m.recovered > 0)"
    lost = Summary("lost", MONTHS, sums, where=where)
    back = f"{month_sql('p.ends_on')} - {month_sql('b.ends_on')}"
    segments = f"CROSS JOIN (SELECT DISTINCT {', '.join(span.by)} FROM lost) AS met"
    steps = (
        lost.steps(span, earlier_days=31 * months + 1)
        .then("asked", f"SELECT {span.keys()}ends_on FROM ({periods(span)}) AS ends "
                       f"{segments if span.by else ''}")
        .then("came_back", f"""
SELECT {span.keys("p")}p.ends_on,
  SUM(CASE WHEN {back} = 0 THEN b.recovered ELSE 0 END) AS part,
  SUM(CASE WHEN {back} > 0 THEN b.charged_off ELSE 0 END) AS whole
FROM asked p JOIN lost b ON {back} BETWEEN 0 AND {months}{same(span, "b", "p")}
GROUP BY {span.keys("p")}p.ends_on""")
    )  # fmt: skip
    return told(steps, span, "share")
