"""Notices of regulators: those that wait for an answer."""

from seawall.core.by_period import Facts, standing
from seawall.core.measure import Span, Trend
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.resilience.settings import Settings

_ENDED = "CAST(e.closed_at AS DATE)"


def trends(settings: Settings) -> tuple[Trend, ...]:
    """The trend `notice_unattended`."""
    days = settings.notice_days
    return (
        Trend(
            name="notice_unattended",
            title=Text(en="Unattended notices", zh="未办结监管通知"),
            meaning=Text(
                en=f"Notices of regulators that at the period's end had been open for more than {days} "
                "days.",
                zh=f"期末已超过{days}天仍未办结的监管通知件数。",
            ),
            unit="count", arithmetic="level", periods=("day", "week", "month"),
            segments=("subject",), reads=("event",),
            steps=lambda span: _waiting(span, days),
            source="Events of kind `regulatory_notice`; the days: pack conventions/resilience.yaml",
        ),
    )  # fmt: skip


def _waiting(span: Span, days: int) -> Steps:
    late = f"CAST(CAST(e.happened_at AS DATE) + INTERVAL {days + 1} DAY AS DATE)"
    facts = Facts("event e", late, {"subject": "e.subject"})
    where = f"e.kind = 'regulatory_notice' AND ({_ENDED} IS NULL OR {_ENDED} > {late})"
    return standing(facts, span, ended=_ENDED, where=where)
