"""What the book owes and how late it is, month by month."""

from seawall.core.by_period import counted
from seawall.core.measure import Trend
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.trends.facts import LOAN_SEGMENTS, MONTHLY, MONTHS


def trends(conventions: Conventions) -> tuple[Trend, ...]:
    """The trends of delinquency."""
    return tuple(_past_due(days) for days in (0, *conventions.marks))


def _past_due(days: int) -> Trend:
    """The share of open loans more than so many days past due."""
    past = f"SUM(CASE WHEN m.days_past_due > {days} THEN 1 ELSE 0 END)"
    return Trend(
        name=f"past_due_{days or 1}_plus",
        title=Text(en=f"{days or 1}+ days past due", zh=f"逾期{days or 1}天以上占比"),
        meaning=Text(
            en=f"Of the loans open at the month's end, the share more than {days} days past due.",
            zh=f"月末未结清贷款中逾期超过{days}天的笔数占比。",
        ),
        unit="share",
        arithmetic="share",
        periods=MONTHLY,
        segments=LOAN_SEGMENTS,
        reads=("month_end", "loan"),
        steps=lambda span: counted(
            MONTHS, span, "share", sums=(past, "COUNT(*)"), where="m.status = 'open'"
        ),
        source="Market practice; BCBS d403 for the cut after 90 days",
    )
