"""Who fails at the very beginning, period by period."""

from seawall.core.by_period import Facts, counted
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.trends.facts import EVERY_PERIOD, LOAN_SEGMENTS, LOANS

_PAID_ON = "LEAST(COALESCE(s.settled_on, s.ended_on), COALESCE(s.ended_on, s.settled_on))"


def trends(conventions: Conventions) -> tuple[Trend, ...]:
    """The trend `first_payment_default`: the first instalment late by the longest convention."""
    days = max(conventions.early_late_days)
    return (
        Trend(
            name="first_payment_default",
            title=Text(en="First-payment default", zh="首期逾期率"),
            meaning=Text(
                en=f"Of the loans whose first instalment came to be {days} days past its due date in "
                "the period, the share in which it was not paid in full by then. A loan paid off "
                "before counts as paid.",
                zh=f"首期到期日在当期届满{days}天的贷款中，届时首期仍未还清的占比。提前结清视为已还。",
            ),
            unit="share",
            arithmetic="share",
            periods=EVERY_PERIOD,
            segments=LOAN_SEGMENTS,
            reads=("loan", "settlement"),
            steps=lambda span: _unpaid(span, days),
            source="Market practice: FPD30",
        ),
    )


def _unpaid(span: Span, days: int) -> Steps:
    """First instalments on the day they have had their days, where that day is known."""
    day = f"CAST(s.due_on + INTERVAL {days} DAY AS DATE)"
    known = f"({day} <= l.observed_on OR l.closed_on <= {day})"
    facts = Facts("settlement s JOIN loan l ON l.loan_id = s.loan_id", day, LOANS.segments)
    late = f"SUM(CASE WHEN {_PAID_ON} <= {day} THEN 0 ELSE 1 END)"
    return counted(facts, span, "share", sums=(late, "COUNT(*)"), where=f"s.number = 1 AND {known}")
