"""How applications are decided, period by period."""

from seawall.core.by_period import counted
from seawall.core.measure import Trend
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.trends.facts import APPLICATION_SEGMENTS, DECISIONS, EVERY_PERIOD


def trends(conventions: Conventions) -> tuple[Trend, ...]:
    """The trends of deciding."""
    del conventions
    return (
        Trend(
            name="approval_rate",
            title=Text(en="Approval rate", zh="审批通过率"),
            meaning=Text(
                en="Of the decisions made in the period, the share that approve; a referral to a "
                "person is a decision that does not.",
                zh="当期作出的审批决定中通过的占比；转人工计入分母，不计为通过。",
            ),
            unit="share",
            arithmetic="share",
            periods=EVERY_PERIOD,
            segments=(*APPLICATION_SEGMENTS, "policy"),
            reads=("decision", "application"),
            steps=lambda span: counted(
                DECISIONS, span, "share",
                sums=("SUM(CASE WHEN d.outcome = 'approve' THEN 1 ELSE 0 END)", "COUNT(*)"),
            ),
            source="Market practice",
        ),
    )  # fmt: skip
