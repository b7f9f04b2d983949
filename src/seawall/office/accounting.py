"""What there is to say of an indicator's standing in a home's book: its series, and its account."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from seawall.core.measure import Column, Measure, Period, Span, Trend
from seawall.core.problem import Unable
from seawall.core.text import Text, together, verbatim
from seawall.office import packs, watching
from seawall.office.measuring import Reading
from seawall.office.watching import Judged
from seawall.reports import leaf
from seawall.reports.warning import Line
from seawall.warning import contribution, holding, waiting
from seawall.warning.cause import Cause, Segment, within
from seawall.warning.contribution import Effect
from seawall.warning.explaining import Account
from seawall.warning.indicator import Indicator
from seawall.warning.panel import Panel

_DRIVERS = ("channel", "product", "region", "partner", "grade", "purpose")
"""Segments by which a change is taken apart, in this order among equals."""
_NORMAL_PERIODS: dict[Period, int] = {"day": 28, "week": 12, "month": 12}
"""A change is told against so many periods before the trouble, pooled."""
LEVELS = {holding.UNKNOWN: "unknown", 0: "green", 1: "amber", 2: "red"}
"""Levels as charts and tables name them."""


def lines(judged: Judged, row: int) -> Iterator[Line]:
    """One series period by period: value, normal range, verdict."""
    found, values = judged.judgement, judged.panel.values
    for place, day in enumerate(judged.panel.ends_on):
        value, low, high = (known(each[row, place]) for each in (values, found.low, found.high))
        yield Line(day, value, low, high, LEVELS[int(found.levels[row, place])])


def shown(reading: Reading, indicator: Indicator, by: tuple[str, ...]) -> tuple[Measure, pa.Table]:
    """An indicator's series by one of its segmentations, as a measure's answer.

    Raises:
        UnableToFindSegmentation: it is not watched by these segments.
    """
    judged = _judged(reading, indicator, by)
    names = (*by, *(column.name for column in _columns(judged.trend)))
    rows = [
        {**dict(segment), **each}
        for row, segment in enumerate(judged.panel.segments)
        for each in _shown(judged, row)
    ]
    ends_on = judged.panel.ends_on
    measure = Measure(
        name=indicator.id,
        title=indicator.title,
        meaning=judged.trend.meaning,
        columns=_columns(judged.trend),
        steps=lambda asked: judged.trend.steps(Span(ends_on[0], asked.as_of, indicator.period, by)),
        source=judged.trend.source,
    )
    return measure, pa.table({name: [row[name] for row in rows] for name in names})


def _shown(judged: Judged, row: int) -> Iterator[dict[str, object]]:
    """One series as a table: each period's value and range, the level held in it, its verdict."""
    found = judged.judgement
    for place, each in enumerate(lines(judged, row)):
        held = holding.shown(int(found.held[row, place]), int(found.levels[row, place]))
        yield {**vars(each), "level": LEVELS[held], "verdict": each.level}


def _columns(trend: Trend) -> tuple[Column, ...]:
    words = {LEVELS[level]: text for level, text in waiting.LEVELS.items()}
    return (
        Column("ends_on", "date", Text(en="period to", zh="截至")),
        Column("value", trend.unit, Text(en="value", zh="值")),
        Column("low", trend.unit, Text(en="normal from", zh="正常下限")),
        Column("high", trend.unit, Text(en="normal to", zh="正常上限")),
        Column("level", "label", Text(en="level", zh="级别"), words),
        Column("verdict", "label", Text(en="verdict", zh="判定"), words),
    )


def account(
    reading: Reading,
    indicator: Indicator,
    segment: Segment,
    past: tuple[tuple[Text, int], ...] = (),
) -> Account:
    """All there is to say of where an indicator stands in a segment.

    Args:
        reading: the book.
        indicator: which.
        segment: where; empty is the whole book.
        past: what became of earlier alerts of the indicator, and how often.

    Raises:
        UnableToFindSegmentation: it is not watched by these segments.
        UnableToFindSegment: the book holds nothing of this one.
    """
    names = {name for name, _ in segment}
    by = next((each for each in indicator.by if set(each) == names), tuple(sorted(names)))
    judged = _judged(reading, indicator, by)
    if segment not in judged.panel.segments:
        raise UnableToFindSegment(indicator.id, segment)
    row = judged.panel.segments.index(segment)
    begun = int(holding.begun(judged.judgement.held[row])[-1])
    effects, compared, along = _drivers(reading, judged, segment, begun)
    last, verdict = list(lines(judged, row))[-1], int(judged.judgement.levels[row, -1])
    return Account(
        indicator=indicator,
        trend=judged.trend,
        cause=Cause(indicator.id, segment),
        ends_on=last.ends_on,
        value=last.value,
        sample=known(judged.panel.whole[row, -1]),
        level=holding.shown(int(judged.judgement.held[row, -1]), verdict),
        verdict=verdict,
        normal=(last.low, last.high),
        since=judged.panel.ends_on[begun] if begun >= 0 else None,
        effects=effects,
        along=along,
        compared=compared,
        past=past,
        titles=leaf.SEGMENTS,
        names=packs.names(),
    )


def _judged(reading: Reading, indicator: Indicator, by: tuple[str, ...]) -> Judged:
    if by not in indicator.by:
        raise UnableToFindSegmentation(indicator.id, by, indicator.by)
    alone = indicator.model_copy(update={"by": (by,)})
    (found,) = watching.judged(reading, [alone], reading.as_of)
    return found


def _drivers(
    reading: Reading, judged: Judged, segment: Segment, begun: int
) -> tuple[tuple[Effect, ...], tuple[date, date] | None, str]:
    """What drives a segment's change, against when, and by which column: that in which one value stands out most."""
    trend, ends_on = judged.trend, judged.panel.ends_on
    until = begun if begun >= 0 else len(ends_on) - 1
    first = max(0, until - _NORMAL_PERIODS[judged.indicator.period])
    taken = {name for name, _ in segment}
    columns = [name for name in _DRIVERS if name in trend.segments and name not in taken]
    if until <= first or not columns:
        return (), None, ""
    tried = {name: _effects(reading, judged, segment, (name, first, until)) for name in columns}
    best = max(tried, key=lambda name: abs(tried[name][0].total) if len(tried[name]) > 1 else -1.0)
    return tried[best], (ends_on[first], ends_on[until - 1]), best


def _effects(
    reading: Reading, judged: Judged, segment: Segment, against: tuple[str, int, int]
) -> tuple[Effect, ...]:
    column, first, until = against
    ends_on = judged.panel.ends_on
    by = (*judged.by, column)
    span = Span(ends_on[first], ends_on[-1], judged.indicator.period, by)
    panel = watching.answered(reading.engine, judged.trend, span)
    normal, last = slice(0, until - first), slice(-1, None)
    inside = {
        dict(each)[column]: row for row, each in enumerate(panel.segments) if within(each, segment)
    }
    if judged.trend.arithmetic in ("count", "level"):
        return contribution.of_sum(_means(panel, inside, normal), _means(panel, inside, last))
    return contribution.of_ratio(_pooled(panel, inside, normal), _pooled(panel, inside, last))


def _pooled(
    panel: Panel, rows: Mapping[str, int], periods: slice
) -> dict[str, tuple[float, float]]:
    return {name: (float(np.nansum(panel.part[row, periods])),
                   float(np.nansum(panel.whole[row, periods])))
            for name, row in rows.items()}  # fmt: skip


def _means(panel: Panel, rows: Mapping[str, int], periods: slice) -> dict[str, float]:
    width = len(panel.part[0, periods])
    return {name: float(np.nansum(panel.part[row, periods])) / width for name, row in rows.items()}


def known(value: float) -> float | None:
    """A number; None where there is none."""
    return float(value) if np.isfinite(value) else None


_WHOLE = Text(en="the whole book", zh="整个账册")


class UnableToFindSegmentation(Unable, LookupError):
    """An indicator is not watched by some segments."""

    def __init__(self, name: str, asked: Sequence[str], known: Sequence[Sequence[str]]) -> None:
        named = [verbatim(", ".join(each)) if each else _WHOLE for each in known]
        super().__init__(
            Text(en="{name} is not watched by {asked}; it is by: {known}",
                 zh="{name} 不按 {asked} 监测；监测维度有：{known}"),
            name=name, asked=", ".join(asked), known=together(named, "; "),
        )  # fmt: skip


class UnableToFindSegment(Unable, LookupError):
    """The book holds nothing of a segment."""

    def __init__(self, name: str, segment: Segment) -> None:
        said = ", ".join(f"{column}={value}" for column, value in segment)
        super().__init__(
            Text(
                en="the book holds nothing of {said} for {name}",
                zh="账册中没有 {name} 的分组 {said}",
            ),
            said=said,
            name=name,
        )
