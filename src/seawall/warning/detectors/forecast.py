"""Forecast: a line that will be crossed soon if the trend goes on."""

from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import FloatArray, Series
from seawall.warning.verdict import Direction, Verdicts, graded

CHANCE = Text(en="chance of being beyond the line soon", zh="近期越线概率")


class Forecast(TwoLimits):
    """The chance that the value will be beyond a line within so many periods.

    A least-squares trend over the last `window` periods; the next value is Student-t about it with
    the textbook's prediction variance s^2 (1 + 1/m + (t - mean t)^2 / Sxx), m - 2 degrees of
    freedom (Montgomery, Jennings and Kulahci, Introduction to Time Series Analysis and
    Forecasting, 3.4). The chance told is the largest of those of the single periods ahead: a
    lower bound of that of crossing at all. Errors that follow one another (autocorrelation) or a
    trend that bends make it too sure; season is not modelled.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(6))
    >>> value = np.array([0.020, 0.023, 0.025, 0.029, 0.031, 0.034])
    >>> dpd = Series(ends, value, np.full(6, np.nan), "share", "month")
    >>> soon = Forecast(kind="forecast", line=0.04, within=3)
    >>> soon.judge(dpd, "up").level.tolist()
    [0, 0, 0, 0, 0, 2]

    Attributes:
        line: in the series' unit; for `both`, either side of zero.
        within: periods ahead.
        window: periods that the trend rests on, the newest included.
        history_min: known values among them without which there is no verdict.
        amber, red: the chance from which on it is bad.
    """

    kind: Literal["forecast"]
    line: float
    within: int = Field(default=3, ge=1, le=60)
    window: int = Field(default=12, ge=4, le=400)
    history_min: int = Field(default=6, ge=4, le=400)
    amber: float = Field(default=0.5, gt=0, le=1)
    red: float = Field(default=0.9, gt=0, le=1)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """The chance after each value; a forecast has no normal range of the value now."""
        value = series.finite
        with np.errstate(all="ignore"):
            beyond = [self._beyond(value, ahead, direction) for ahead in range(1, self.within + 1)]
        chance = np.maximum.reduce(beyond)
        chance = np.where(np.isfinite(value), chance, np.nan)
        none = np.full(len(series), np.nan)
        return Verdicts(
            level=graded(chance, amber=self.amber, red=self.red),
            known=np.isfinite(chance),
            low=none,
            high=none,
            statistic=chance,
            statistic_name=CHANCE,
        )

    def _beyond(self, value: FloatArray, ahead: int, direction: Direction) -> FloatArray:
        """The chance of being beyond the line that many periods after each."""
        # A quarter of a second to load, which commands that judge nothing need not spend.
        from scipy.special import stdtr  # noqa: PLC0415

        expected, error, freedom = self.ahead(value, ahead)
        line = abs(self.line) if direction == "both" else self.line

        def chance(excess: FloatArray) -> FloatArray:
            sure = np.where(excess >= 0, 1.0, 0.0 * excess)
            told = stdtr(np.maximum(freedom, 1), excess / np.where(error > 0, error, 1))
            return np.where(error > 0, told, sure)

        above, below = chance(expected - line), chance(line - expected)
        if direction == "both":
            below = chance(-line - expected)
            return np.minimum(above + below, 1.0)
        return above if direction == "up" else below

    def ahead(self, value: FloatArray, ahead: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """After each period: the value expected so many later, its error's size, its freedom."""
        gaps = np.full(self.window, np.nan)
        windows = np.lib.stride_tricks.sliding_window_view(
            np.concatenate([gaps, value]), self.window
        )[1:]
        some = np.isfinite(windows)
        count = some.sum(axis=1).astype(np.float64)
        count = np.where(count >= self.history_min, count, np.nan)
        when = np.arange(1.0 - self.window, 1.0)
        mean_when = (some * when).sum(axis=1) / count
        mean = np.where(some, windows, 0).sum(axis=1) / count
        off_when = np.where(some, when - mean_when[:, None], 0)
        off = np.where(some, windows - mean[:, None], 0)
        square = (off_when**2).sum(axis=1)
        slope = (off_when * off).sum(axis=1) / square
        left = ((off - slope[:, None] * off_when) ** 2).sum(axis=1) / (count - 2)
        lead = ahead - mean_when
        error = np.sqrt(left * (1 + 1 / count + lead**2 / square))
        return mean + slope * lead, error, count - 2
