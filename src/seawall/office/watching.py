"""Indicators judged over a home's book: trends asked, panels judged, causes told where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from seawall.core import sharing
from seawall.core.engine import Engine
from seawall.core.measure import Period, Span, Trend
from seawall.core.steps import Steps
from seawall.office import tables
from seawall.office.measuring import Reading
from seawall.warning import judging
from seawall.warning.alert import Standing
from seawall.warning.backtest import Course
from seawall.warning.cause import Cause
from seawall.warning.indicator import Indicator
from seawall.warning.judging import Judgement
from seawall.warning.panel import Panel, panel

LOOK_BACK_DAYS: dict[Period, int] = {"day": 400, "week": 1_100, "month": 3_700}
"""How far back a series goes, by its period: a year and more of days, three of weeks, ten of months."""


@dataclass(frozen=True)
class Judged:
    """An indicator by one of its segmentations: its series, and what was found of each."""

    indicator: Indicator
    trend: Trend
    by: tuple[str, ...]
    panel: Panel
    judgement: Judgement

    def causes(self) -> tuple[Cause, ...]:
        """What each row of the panel is about."""
        return tuple(Cause(self.indicator.id, segment) for segment in self.panel.segments)

    def courses(self) -> Iterator[Course]:
        """The held levels of each cause, as backtests take them."""
        for cause, levels in zip(self.causes(), self.judgement.held, strict=True):
            yield Course(cause, self.panel.ends_on, levels)

    def standings(self) -> Iterator[Standing]:
        """Where each cause stands, as alerting takes them; none where there was never a verdict."""
        for row, cause in enumerate(self.causes()):
            standing = judging.standing(self.judgement, self.panel, row, cause)
            if standing is not None:
                yield standing


Asked = tuple[str, Period, tuple[str, ...]]
"""A trend's name, the period and the segments by which it is asked."""


def judged(reading: Reading, indicators: Sequence[Indicator], until: date) -> Iterator[Judged]:
    """Judge indicators over every period that has ended by a day.

    Args:
        reading: the book.
        indicators: any; those that ask a trend alike share its answer.
        until: what is later is not looked at.

    Yields:
        For each indicator, by each of its segmentations: verdicts by segment and period.
    """
    known = {each.name: each for each in tables.trends(reading.conventions)}
    panels = _panels(reading, known, indicators, until)
    for indicator in indicators:
        trend = known[indicator.measure]
        for by in indicator.by:
            found = panels[trend.name, indicator.period, by]
            yield Judged(indicator, trend, by, found, judging.judge(indicator, found, trend.unit))


def _panels(
    reading: Reading, known: Mapping[str, Trend], indicators: Sequence[Indicator], until: date
) -> dict[Asked, Panel]:
    """Each question once, and what several questions begin with once."""
    asked = dict.fromkeys((each.measure, each.period, by) for each in indicators for by in each.by)
    begun = _begun(reading.engine)
    queues = [known[key[0]].steps(_span(begun, until, key)) for key in asked]
    rows = sharing.answers(reading.engine, queues)
    return {key: panel(answer, key[2], known[key[0]].arithmetic)
            for key, answer in zip(asked, rows, strict=True)}  # fmt: skip


def answered(engine: Engine, trend: Trend, span: Span) -> Panel:
    """A trend's answer as a panel."""
    return panel(engine.table(trend.steps(span)), span.by, trend.arithmetic)


def _span(begun: date, until: date, key: Asked) -> Span:
    _, period, by = key
    first = max(begun, until - timedelta(days=LOOK_BACK_DAYS[period]))
    return Span(first, until, period, by)


def _begun(engine: Engine) -> date:
    """The book's first day."""
    found = engine.table(Steps().then("begun", "SELECT MIN(disbursed_on) AS day FROM loan"))
    begun: date = found["day"][0].as_py()
    return begun
