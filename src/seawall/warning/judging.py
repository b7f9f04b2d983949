"""Verdicts: an indicator's detectors over every series of a panel, and the levels that are held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

import numpy as np

from seawall.core.measure import Period, Unit
from seawall.core.period import month_end, month_index, month_start
from seawall.warning import holding
from seawall.warning.alert import Standing
from seawall.warning.cause import Cause
from seawall.warning.holding import GREEN, UNKNOWN, Levels
from seawall.warning.indicator import Case, Indicator
from seawall.warning.panel import Floats, Panel
from seawall.warning.series import Series
from seawall.warning.verdict import Verdicts, worst


@dataclass(frozen=True, eq=False)
class Judgement:
    """What was found of a panel: a row a series, a column a period.

    Attributes:
        levels: verdicts; -1 where there is none.
        held: the alert levels that follow from them.
        low, high: the normal range; NaN where there is none on that side.
        statistic: what the detector that spoke held against its limits.
    """

    levels: Levels
    held: Levels
    low: Floats
    high: Floats
    statistic: Floats


def judge(indicator: Indicator, panel: Panel, unit: Unit) -> Judgement:
    """Judge every series of a panel.

    Args:
        indicator: whose detectors, least sample and hysteresis count.
        panel: the trend's answer by one segmentation.
        unit: the trend's.
    """
    said = [verdicts(indicator, each) for each in series(indicator, panel, unit)]
    empty = np.zeros((0, len(panel.ends_on)))
    levels = np.array([np.where(each.known, each.level, UNKNOWN) for each in said], np.int8)
    levels = levels.reshape(len(said), len(panel.ends_on))

    def rows(name: str) -> Floats:
        return np.stack([getattr(each, name) for each in said]) if said else empty

    return Judgement(
        levels=levels,
        held=holding.held(
            levels, raise_after=indicator.raise_after, clear_after=indicator.clear_after
        ),
        low=rows("low"),
        high=rows("high"),
        statistic=rows("statistic"),
    )


def series(indicator: Indicator, panel: Panel, unit: Unit) -> Iterator[Series]:
    """The series of a panel; a value that rests on too small a sample is none."""
    values, samples = panel.values, panel.whole
    with np.errstate(invalid="ignore"):
        values = np.where(samples < indicator.sample_least, np.nan, values)
    for value, sample in zip(values, samples, strict=True):
        yield Series(panel.ends_on, value, sample, unit, indicator.period)


def verdicts(indicator: Indicator, of: Series) -> Verdicts:
    """What an indicator's detectors say of one series, taken together."""
    said = (each.judge(of, indicator.direction) for each in indicator.detectors)
    return worst(*said, combine=indicator.combine)


def standing(found: Judgement, panel: Panel, row: int, cause: Cause) -> Standing | None:
    """Where a cause stands at the end of the panel; None where there never was a verdict."""
    known = np.flatnonzero(found.levels[row] != UNKNOWN)
    if not len(known):
        return None
    level, begun = int(found.held[row, -1]), holding.begun(found.held[row])[-1]
    last = panel.ends_on[known[-1]]
    return Standing(cause, level, panel.ends_on[begun] if level > GREEN else last, last)


def tried(indicator: Indicator, case: Case, unit: Unit) -> str:
    """The level that comes out for the last value of a case: a verdict, before hysteresis."""
    sample = np.full(len(case.values), np.nan) if case.sample is None else np.array(case.sample)
    value = np.array([np.nan if each is None else each for each in case.values])
    with np.errstate(invalid="ignore"):
        value = np.where(sample < indicator.sample_least, np.nan, value)
    ends = tuple(islice(_ends(indicator.since, indicator.period), len(value)))
    found = verdicts(indicator, Series(ends, value, sample.astype(float), unit, indicator.period))
    return _LEVELS[int(found.level[-1])] if found.known[-1] else "unknown"


_LEVELS = ("green", "amber", "red")


def _ends(first: date, period: Period) -> Iterator[date]:
    """The ends of the periods from one on."""
    place = 0
    while True:
        if period == "month":
            yield month_end(month_start(month_index(first) + place))
        else:
            days = 7 * place + 6 - first.weekday() if period == "week" else place
            yield first + timedelta(days=days)
        place += 1
