"""Robust z-score: one odd value, by month of year or weekday where these matter."""

from datetime import date
from statistics import median
from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import NORMAL_OVER_MAD, Memory, centre_and_spread
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import Series
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range, towards

SCORE = Text(en="robust z-score", zh="稳健 z 分数")
Season = Literal["none", "month_of_year", "weekday"]


class RobustZ(TwoLimits):
    """Each value's distance from the median of those before it, in scaled median deviations.

    The value itself is never part of what it is held against, nor is any that was red (see
    `baseline.Memory`). With a season, the centre is the median of the same months or weekdays,
    and the spread that of all earlier values about their own season's centre: three Januaries
    give a centre, never a spread. A spread of zero gives no verdict: use `funnel` for rare events.
    Source: Iglewicz and Hoaglin (1993), How to detect and handle outliers, who call 3.5 outlying.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(9))
    >>> value = np.array([3.0, 4.0, 5.0, 4.0, 3.0, 5.0, 4.0, 5.0, 10.0])
    >>> calls = Series(ends, value, np.full(9, np.nan), "count", "day")
    >>> RobustZ(kind="robust_z", history_min=8).judge(calls, "up").level.tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 2]

    Attributes:
        amber, red: in robust standard deviations.
        season: what repeats.
        window: earlier known values looked back on; with a season, of the same season.
        history_min: earlier known values (with a season: deviations) without which there is no
            verdict.
        season_min: earlier values of the same season without which there is no centre.
    """

    kind: Literal["robust_z"]
    amber: float = Field(default=3.0, gt=0)
    red: float = Field(default=3.5, gt=0)
    season: Season = "none"
    window: int = Field(default=24, ge=2, le=400)
    history_min: int = Field(default=8, ge=5, le=400)
    season_min: int = Field(default=2, ge=1, le=50)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """Each value against its own past; the normal range is centre and amber deviations."""
        value = series.finite
        centre, spread = (np.full(len(series), np.nan) for _ in range(2))
        past = _Past(self)
        for period, number in enumerate(value.tolist()):
            season = _season(self.season, series.ends_on[period])
            centre[period], spread[period] = past.normal(season)
            if number == number:  # noqa: PLR0124 - NaN is the one number that is not itself
                far = number - centre[period]
                bad = {"up": far, "down": -far, "both": abs(far)}[direction]
                past.add(number, season, alarmed=bool(bad >= self.red * spread[period] > 0))
        with np.errstate(all="ignore"):
            score = (value - centre) / np.where(spread > 0, spread, np.nan)
            reach = np.where(spread > 0, self.amber * spread, np.nan)
            low, high = normal_range(direction, centre - reach, centre + reach)
        known = np.isfinite(score)
        score = np.where(known, score, np.nan)
        return Verdicts(
            level=graded(towards(direction, score), amber=self.amber, red=self.red),
            known=known,
            low=low,
            high=high,
            statistic=score,
            statistic_name=SCORE,
        )


class _Past:
    """What was seen so far: values by season, and all deviations from their season's centre."""

    def __init__(self, declared: RobustZ) -> None:
        self._seasonal = declared.season != "none"
        self._window = declared.window
        self._least = declared.season_min if self._seasonal else declared.history_min
        self._values: dict[int, Memory[float]] = {}
        seasons = {"none": 1, "weekday": 7, "month_of_year": 12}[declared.season]
        self._deviations: Memory[float] = Memory(
            declared.window * seasons, least=declared.history_min
        )

    def normal(self, season: int) -> tuple[float, float]:
        """Centre and spread for a period of this season; NaN where too little is known."""
        held = self._of(season).normal()
        if held is None:
            return np.nan, np.nan
        if not self._seasonal:
            return centre_and_spread(held)
        deviations = self._deviations.normal()
        spread = np.nan if deviations is None else NORMAL_OVER_MAD * median(map(abs, deviations))
        return median(held), spread

    def add(self, value: float, season: int, *, alarmed: bool) -> None:
        """Remember one more value, and how far it was from its season's centre."""
        held = self._of(season).normal() if self._seasonal else None
        if held is not None:
            self._deviations.add(value - median(held), alarmed=alarmed)
        self._of(season).add(value, alarmed=alarmed)

    def _of(self, season: int) -> Memory[float]:
        if season not in self._values:
            self._values[season] = Memory(self._window, least=self._least)
        return self._values[season]


def _season(season: Season, day: date) -> int:
    return {"none": 0, "month_of_year": day.month, "weekday": day.weekday()}[season]
