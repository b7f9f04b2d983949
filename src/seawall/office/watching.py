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
EVER: dict[Period, int] = dict.fromkeys(LOOK_BACK_DAYS, 36_500)
"""For backtests: from the beginning of the book."""


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
Answer = tuple[Trend, Panel]


def judged(reading: Reading, indicators: Sequence[Indicator], until: date) -> Iterator[Judged]:
    """Judge indicators over every period that has ended by a day.

    Args:
        reading: the book.
        indicators: any; those that ask a trend alike share its answer.
        until: what is later is not looked at.

    Yields:
        For each indicator, by each of its segmentations: verdicts by segment and period.
    """
    yield from judged_on(asked(reading, indicators, until), indicators)


def judged_on(answers: Mapping[Asked, Answer], indicators: Sequence[Indicator]) -> Iterator[Judged]:
    """Judge indicators on answers that are there, in the order of `judged`."""
    for indicator in indicators:
        for by in indicator.by:
            trend, found = answers[indicator.measure, indicator.period, by]
            yield Judged(indicator, trend, by, found, judging.judge(indicator, found, trend.unit))


def asked(
    reading: Reading,
    indicators: Sequence[Indicator],
    until: date,
    look_back: Mapping[Period, int] = LOOK_BACK_DAYS,
) -> dict[Asked, Answer]:
    """What indicators need to know: each question once, and what several begin with once."""
    known = {each.name: each for each in tables.trends(reading.conventions)}
    keys = dict.fromkeys((each.measure, each.period, by) for each in indicators for by in each.by)
    begun = _begun(reading.engine)

    def span(key: Asked) -> Span:
        first = max(begun, until - timedelta(days=look_back[key[1]]))
        return Span(first, until, key[1], key[2])

    rows = sharing.answers(reading.engine, [known[key[0]].steps(span(key)) for key in keys])
    return {key: (known[key[0]], panel(answer, key[2], known[key[0]].arithmetic))
            for key, answer in zip(keys, rows, strict=True)}  # fmt: skip


def answered(engine: Engine, trend: Trend, span: Span) -> Panel:
    """A trend's answer as a panel."""
    return panel(engine.table(trend.steps(span)), span.by, trend.arithmetic)


def _begun(engine: Engine) -> date:
    """The book's first day."""
    found = engine.table(Steps().then("begun", "SELECT MIN(disbursed_on) AS day FROM loan"))
    begun: date = found["day"][0].as_py()
    return begun
