"""Change against an earlier window."""

from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import FloatArray, Series
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range, towards

CHANGE = Text(en="change against the base", zh="较基期变化")


class Change(TwoLimits):
    """The value against the median of an earlier window: month on month, year on year, and so on.

    The window is the `window` periods that end `gap` periods before: 1 and 1 is month on month,
    1 and 12 year on year, 3 and 1 against the last quarter. The median keeps one odd period of
    the window from moving the base (Tukey, Exploratory Data Analysis, 1977, chapter 7).
    It does not know how much the series moves by chance: for that there are `robust_z` and `ewma`.

    >>> from datetime import date
    >>> three = np.array([0.020, 0.021, 0.030])
    >>> ends = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
    >>> fpd = Series(ends, three, np.full(3, np.nan), "share", "month")
    >>> rise = Change(kind="change", amber=0.2, red=0.4)
    >>> rise.judge(fpd, "up").level.tolist()
    [0, 0, 2]

    Attributes:
        amber, red: the change from which on it is bad: a fraction of the base (0.2 is 20 %), or
            in the series' unit where `of` is `absolute`.
        of: `relative` to the base's size, or `absolute`.
        window: periods that make the base.
        gap: periods from the base's last to the one judged.
        sample_min: a value that rests on fewer observations is neither judged nor part of a base.
    """

    kind: Literal["change"]
    amber: float = Field(gt=0)
    red: float = Field(gt=0)
    of: Literal["relative", "absolute"] = "relative"
    window: int = Field(default=1, ge=1, le=400)
    gap: int = Field(default=1, ge=1, le=400)
    sample_min: int = Field(default=0, ge=0)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """Each value against its base; unknown where either is, or the base is nothing."""
        value = np.where(series.sample < self.sample_min, np.nan, series.finite)
        base = self._base(value)
        size = np.abs(base) if self.of == "relative" else np.ones(len(base))
        with np.errstate(all="ignore"):
            change = (value - base) / np.where(size > 0, size, np.nan)
            reach = self.amber * size
            low, high = normal_range(direction, base - reach, base + reach)
        known = np.isfinite(change)
        change = np.where(known, change, np.nan)
        return Verdicts(
            level=graded(towards(direction, change), amber=self.amber, red=self.red),
            known=known,
            low=low,
            high=high,
            statistic=change,
            statistic_name=CHANGE,
        )

    def _base(self, value: FloatArray) -> FloatArray:
        """The median of each period's window; unknown where the window is not whole or all gaps."""
        before = self.gap + self.window - 1
        if len(value) <= before:
            return np.full(len(value), np.nan)
        windows = np.lib.stride_tricks.sliding_window_view(value, self.window)
        windows = windows[: len(value) - before]
        some = np.isfinite(windows).any(axis=1)
        medians = np.full(len(windows), np.nan)
        with np.errstate(all="ignore"):
            medians[some] = np.nanmedian(windows[some], axis=1)
        return np.concatenate([np.full(before, np.nan), medians])
